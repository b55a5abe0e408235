"""Rules on the arms as sent: that they differ in the cues, in nothing else, and by how much."""

from collections import Counter
from collections.abc import Iterator
from statistics import median

from toolkit.design.contrasts.arm_messages import RenderedTurn
from toolkit.design.contrasts.contrast import Arm
from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault, differing, excerpt
from toolkit.wording import WORD, slots_in

LENGTH_WORDS = 6
"""Words by which an arm may always differ from the reference: a name and a noun more."""
LENGTH_SHARE = 0.25
"""Share of the reference's words by which it may differ where that is more: answers lengthen with
prompts, and beyond a quarter the length could pass for the cue."""
EDIT_FLOOR = 3
"""Changed words below which a swap counts as a swap of this many: no rewording is smaller."""
EDIT_LEAST, EDIT_MOST = 0.5, 3.0
"""How small and how large a paraphrase's edit may be, in swaps: of the same order of size."""
_LONGEST = 60
"""Characters of what two texts differ in that are quoted where it may be most of them."""


def proof(ctx: LintContext) -> Iterator[LintFault]:
    """Two arms that differ outside the declared slots.

    Shown twice over: with the slots cut out, two texts are equal character by character; and
    counted anew in words of the finished texts, each word either lies within one slot or stands
    in both texts in the same order.
    """
    for replicate in ctx.replicates:
        base = ctx.sent(ctx.reference, replicate)
        for arm in ctx.swaps:
            sent = ctx.sent(arm, replicate)
            for index, (one, other) in enumerate(zip(base.turns, sent.turns, strict=True)):
                if _outside(one) != _outside(other):
                    yield _differs(index, arm, one, other)
                    return


def _outside(turn: RenderedTurn) -> tuple[str, list[str]]:
    text, end = "", 0
    for span in turn.spans:
        text += turn.text[end : span.start] + "\0"
        end = span.end
    return text + turn.text[end:], list(_words_outside(turn))


def _words_outside(turn: RenderedTurn) -> Iterator[str]:
    for match in WORD.finditer(turn.text):
        start, end = match.span()
        touched = [span for span in turn.spans if span.start < end and start < span.end]
        if not touched:
            yield match[0]
        elif len(touched) > 1 or start < touched[0].start:
            # A word that only begins outside a slot, or that two of them share, differs too.
            yield match[0]
        elif end > touched[0].end:
            yield turn.text[touched[0].end : end]


def _differs(index: int, arm: Arm, one: RenderedTurn, other: RenderedTurn) -> LintFault:
    first, second = (list(_words_outside(turn)) for turn in (one, other))
    word = next((a for a, b in zip(first, second, strict=False) if a != b), "")
    twin = next((b for a, b in zip(first, second, strict=False) if a != b), "")
    got = (
        f'"{_around(one.text, word)}" (reference) and "{_around(other.text, twin)}" '
        f"({arm.label}), which differ outside a single slot: {word!r} against {twin!r}"
    )
    hint = "Put a space or a full stop between the two slots."
    return LintFault(
        ("prompt", index, "text"), got, "arms that differ only inside their slots", hint
    )


def _around(text: str, word: str) -> str:
    start = max(text.find(word), 0)
    return excerpt(text, start, start + len(word))


def identical(ctx: LintContext) -> Iterator[LintFault]:
    """A swap that sends what the reference sends."""
    if not any(slot for slot in ctx.slots if slot != "a"):
        return
    for arm, base, text in _beside_reference(ctx):
        if text == base:
            got = f'the same text in reference and {arm.label}: "{excerpt(base, 0, 60)}"'
            hint = "Use a slot in which the two differ, or leave one of them out."
            yield LintFault(("prompt",), got, "arms that differ", hint)
            return


def _beside_reference(ctx: LintContext, *others: Arm) -> Iterator[tuple[Arm, str, str]]:
    """Each swap, and other arms, with the reference's text and its own, for every listed name."""
    for replicate in ctx.replicates:
        base = ctx.said(ctx.reference, replicate)
        for arm in (*ctx.swaps, *others):
            yield arm, base, ctx.said(arm, replicate)


def no_slot(ctx: LintContext) -> Iterator[LintFault]:
    """A prompt in which nothing would be swapped."""
    slots = [slot for turn in ctx.contrast.prompt for slot in slots_in(turn.text) if slot.family]
    if not slots:
        text = ctx.contrast.prompt[0].text
        got = f'no slot for a cue in "{excerpt(text, 0, 60)}"'
        yield LintFault(("prompt",), got, "at least one", "Write {name}, {noun} or another slot.")


def length(ctx: LintContext) -> Iterator[LintFault]:
    """An arm so much longer or shorter that its length could pass for the cue."""
    for arm, base, text in _beside_reference(ctx, ctx.paraphrase):
        words, count = len(WORD.findall(base)), len(WORD.findall(text))
        room = max(LENGTH_WORDS, LENGTH_SHARE * words)
        if abs(count - words) > room:
            one, other = _around_difference(base, text)
            got = (
                f'{words} words in reference, "{one}", and {count} in {arm.label}, "{other}": '
                f"{differing(base, text, longest=_LONGEST)}"
            )
            wanted = f"at most {room:g} words more or fewer than the reference"
            where = "paraphrase" if arm.kind == "paraphrase" else "prompt"
            hint = "Make the shorter one longer, or choose cues of like length."
            yield LintFault((where,), got, wanted, hint)
            return


def paraphrase_same(ctx: LintContext) -> Iterator[LintFault]:
    """A paraphrase that is the prompt once more."""
    text = ctx.said(ctx.paraphrase)
    if _edit(ctx.said(ctx.reference), text) == 0:
        got = f'the words of the prompt: "{excerpt(text, 0, 60)}" (reference and paraphrase)'
        hint = "Say the same in other words, about as many as a swap changes."
        yield LintFault(("paraphrase",), got, "other words", hint)


def paraphrase_slots(ctx: LintContext) -> Iterator[LintFault]:
    """A paraphrase with other slots than the prompt: it would show more of the cue, or less."""
    for index, (one, other) in enumerate(
        zip(ctx.contrast.prompt, ctx.contrast.paraphrase, strict=True)
    ):
        prompt, reworded = _families(one.text), _families(other.text)
        if prompt != reworded:
            got = f"{_listed(reworded)} (paraphrase), where the prompt has {_listed(prompt)}"
            hint = "Use each as often as the prompt does; pronouns may change their case."
            place = ("paraphrase", index, "text")
            yield LintFault(place, got, "the slots of the prompt", hint)


def _families(text: str) -> Counter[str]:
    counts = Counter(slot.family for slot in slots_in(text) if slot.family)
    if counts["pronoun"]:
        counts["pronoun"] = 1
    return +counts


def _listed(families: Counter[str]) -> str:
    words = [
        ("a pronoun" if name == "pronoun" else f"{{{name}}}") + (f" x {n}" if n > 1 else "")
        for name, n in sorted(families.items())
    ]
    return ", ".join(words) or "no slot"


def paraphrase_size(ctx: LintContext) -> Iterator[LintFault]:
    """A paraphrase that changes far more or far less than a swap: no yardstick for it."""
    base, reworded = ctx.said(ctx.reference), ctx.said(ctx.paraphrase)
    changed = _edit(base, reworded)
    swaps = [_edit(base, ctx.said(arm)) for arm in ctx.swaps]
    swap = max(median(swaps), EDIT_FLOOR)
    if changed and not EDIT_LEAST * swap <= changed <= EDIT_MOST * swap:
        one, other = _around_difference(base, reworded)
        got = (
            f'{changed} changed {"word" if changed == 1 else "words"}: "{one}" (reference) and '
            f'"{other}" (paraphrase): '
            f"{differing(base, reworded, longest=_LONGEST)}"
        )
        wanted = (
            f"{EDIT_LEAST * swap:g} to {EDIT_MOST * swap:g} changed words, "
            f"since a swap changes {swap:g}"
        )
        hint = "Reword more." if changed < EDIT_LEAST * swap else "Stay closer to the prompt."
        yield LintFault(("paraphrase",), got, wanted, hint)


def _edit(one: str, other: str) -> int:
    """Least number of words to replace, add or delete to make one text of the other."""
    first, second = WORD.findall(one), WORD.findall(other)
    while first and second and first[-1] == second[-1]:
        first.pop()
        second.pop()
    row = list(range(len(second) + 1))
    for number, word in enumerate(first, start=1):
        corner, row[0] = row[0], number
        for place, twin in enumerate(second, start=1):
            least = min(corner + (word != twin), row[place] + 1, row[place - 1] + 1)
            corner, row[place] = row[place], least
    return row[-1]


def _around_difference(one: str, other: str) -> tuple[str, str]:
    """Both texts around the first place where they differ."""
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = one.rfind(" ", 0, start) + 1
    return excerpt(one, start, start + 40), excerpt(other, start, start + 40)


RULES = (proof, identical, length, paraphrase_same, paraphrase_slots, paraphrase_size)
