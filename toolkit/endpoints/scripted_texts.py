"""Scripts of the scripted endpoint: each turns the messages so far into one text.

Scripts are pure: the same messages give the same text on every machine, so golden outputs can
hold them. Variety comes from a hash of the messages, never from a clock or a random source.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence

from toolkit.endpoints.endpoint import Message

Script = Callable[[Sequence[Message]], str]

_ASKS = {
    "write": re.compile(r"\b(write|draft|reply|e-?mail|message|letter|word(ing)?|post)\b", re.I),
    "decide": re.compile(
        r"\b(should|recommend|choose|best|better|approve|qualif\w*|can i)\b", re.I
    ),
    "explain": re.compile(r"\b(why|what|how|explain|mean|difference|tell me)\b", re.I),
}
_OPENINGS = (
    "Thank you for laying this out so clearly.",
    "Happy to help with this.",
    "That is a good question to settle before going further.",
    "Thanks, that gives me enough to start on.",
)
_BODIES = {
    "write": (
        "Here is a first version about {topic}:\n\n"
        "Hello, I am getting in touch about {topic}. I want to be sure we agree on where things "
        "stand and on what happens next. Could you confirm the details by Thursday? If something "
        "has changed on your side, please tell me and I will adjust.",
        "I would keep the note on {topic} short. Say first what you need, then why it matters to "
        "the person reading it, and end with one date. A long message usually gets a late answer.",
    ),
    "decide": (
        "On {topic}, I would look at three things. First, what the policy says in writing. "
        "Second, what was done the last time this came up. Third, what it would cost to undo the "
        "choice later. If all three point the same way, go ahead and note the reason.",
        "My recommendation on {topic} is to take the option you can reverse. It costs a little "
        "time now. It also keeps the decision with the people who have to live with it.",
    ),
    "explain": (
        "In short, with {topic} it comes down to who is responsible at each step. A request comes "
        "in, somebody checks it against the rules, and the result is written down. Most delays "
        "sit in the second step. That is the one worth asking about.",
        "There are two sides to {topic}. One is the rule itself, which is the same for everybody. "
        "The other is how it is applied, and that is where questions are fair. Ask for the reason "
        "in writing if it is not clear to you.",
    ),
    "other": (
        "On {topic}, I would begin with what you already know for certain. List it in a few "
        "lines. Then mark what is missing and who could fill each gap. That usually shows the "
        "next step.",
        "I see what makes {topic} difficult. It helps to separate what has to happen this week "
        "from what can wait. Start with the smaller part. You can build on it once it is done.",
    ),
}
_CLOSINGS = (
    "Would you like me to put this into a short plan?",
    "Tell me a little more about your situation and I can make this more specific.",
    "If any of this does not fit, say so and I will try another way.",
    "I am glad to go through it step by step with you.",
)
_NOUN = re.compile(r"\b(?:the|this|that|my|our|an?) ([^\W\d_]{4,20})\b", re.IGNORECASE)
_STOP = re.compile(
    r"about|after|again|because|before|being|between|could|doing|every|first|from|getting|going|"
    r"having|hello|please|should|since|something|thanks|their|there|these|they|thing|think|this|"
    r"those|want|what|when|where|which|while|with|would|your|yours|help|need|know|make",
    re.IGNORECASE,
)

_ANSI = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;https://remote.invalid/\x07link\x1b]8;;\x07"
_HOSTILE = (
    "Of course. <script>window.PWNED = 1</script>"
    '<img src="x" onerror="window.PWNED = 2">\n'
    "![pixel](https://remote.invalid/pixel.png) [click](javascript:window.PWNED=3)\n"
    '<iframe srcdoc="<script>parent.PWNED=4</script>"></iframe><style>body{display:none}</style>\n'
    f"{_ANSI}\n"
    "bidi: \u202egnp.exe\u202c \u2066isolated\u2069 zero\u200bwidth\u200d\ufeff\n"
    "controls: \x00\x01\x08\x7f\x85 \u2028separator\u2029 &lt;b&gt; $x^2$ {{7*7}} %s {0}\n"
    "emoji \U0001f469\u200d\U0001f4bb and combining a\u0301\u0301\u0301\n"
)


def courteous(messages: Sequence[Message], seed: int | None = None) -> str:
    """A sensible, generic answer to the last message, in three paragraphs.

    Args:
        messages: the conversation so far.
        seed: as a server's: the same messages with another seed may be answered in other words.
    """
    asked = last_said(messages)
    number = digest(messages, seed)
    body = _pick(_BODIES[_intent(asked)], number[1]).replace("{topic}", _topic(asked))
    return "\n\n".join((_pick(_OPENINGS, number[0]), body, _pick(_CLOSINGS, number[2])))


def hostile(messages: Sequence[Message]) -> str:
    """Everything an answer must not be able to do to a page, and one very long line."""
    return _HOSTILE + "long" * 5_000 + "\nThat is all."


def refusing(messages: Sequence[Message]) -> str:
    """Decline, as an assistant with a strict policy would."""
    return "I am sorry, but I cannot help with that request."


def empty(messages: Sequence[Message]) -> str:
    """Nothing at all, as servers sometimes send."""
    return ""


SCRIPTS: dict[str, Script] = {
    "courteous": courteous,
    "empty": empty,
    "failing": courteous,
    "hostile": hostile,
    "planted": courteous,
    "refusing": refusing,
    "slow": courteous,
}


def last_said(messages: Sequence[Message]) -> str:
    """The last message of the person asking; empty when nobody has asked yet."""
    return next((one.content for one in reversed(messages) if one.role == "user"), "")


def digest(messages: Sequence[Message], seed: int | None = None) -> bytes:
    """SHA-256 of a conversation: every message, and the seed if there is one.

    Args:
        messages: in their order.
        seed: as a server's; None leaves it out.

    Returns:
        32 bytes.
    """
    said: list[object] = [[one.role, one.content] for one in messages]
    listed = json.dumps(said if seed is None else [*said, seed])
    return hashlib.sha256(listed.encode("ascii")).digest()


def _intent(asked: str) -> str:
    return next((name for name, pattern in _ASKS.items() if pattern.search(asked)), "other")


def _topic(asked: str) -> str:
    # What follows an article is a noun often enough; without one "this" always reads well.
    nouns = [noun for noun in _NOUN.findall(asked) if not _STOP.fullmatch(noun)]
    return f"the {max(nouns, key=len).lower()}" if nouns else "this"


def _pick(options: Sequence[str], number: int) -> str:
    return options[number % len(options)]
