"""Twelve shapes of servers, written from their documentation, and what a stream may be dressed in.

A ``Case`` is one answer of one server: the events, how it must be understood, and the bytes after
random decorations and cuts. Everything follows from a seed.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TEXTS = (
    "Yes, you can keep it.",
    "Gern! Das Büro öffnet um 9 Uhr; „bitte“ klingeln.",
    "当然可以。请在星期四之前发给我。",
    "نعم، يمكنك ذلك.",
    "हाँ, ज़रूर।",
    "Fine \U0001f469\u200d\U0001f4bb\U0001f680 and a\u0301.",
    "One line\n\nanother: data: [DONE] is no end.\r\nA third \u2028 with signs.",
    'JSON inside: {"choices": [{"delta": {"content": "no"}}]} and "quotes" \\ slashes',
    "a < b && c > d [x] <b>bold</b> <thin",
    "x",
    "word " * 60,
)
THOUGHTS = ("They sound young.", "王芳 asks.\nBe kind.", "First, A. Then {B}.")
Event = dict[str, Any] | str


@dataclass
class Case:
    """One answer and how it must be understood."""

    shape: str
    events: list[Event]
    text: str
    thoughts: str = ""
    want: str = "answered"
    """An outcome, or ``errored``."""
    ends: bool = True
    """Whether the server says itself that the answer is over."""
    extras: list[Event] = field(default_factory=list)
    """What this server sends between events that is no part of the answer."""
    raw: bytes = b""
    chunks: list[bytes] = field(default_factory=list)
    content_type: str = "text/event-stream"


class Maker:
    """Draws cases.

    Args:
        seed: everything follows from it.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def case(self) -> Case:
        shape = self.chance.choice(SHAPES)
        case = shape(self)
        good = case.want == "answered" and case.shape != "broken proxy"
        if good and self.chance.random() < 0.25:
            self._spoil(case)
        self._dress(case)
        return case

    # ── the answer ──────────────────────────────────────────────────────────────────────────────

    def pieces(self) -> list[str]:
        text, kept = self.chance.choice(TEXTS), []
        while text:
            cut = self.chance.randint(1, 12)
            kept.append(text[:cut])
            text = text[cut:]
        return kept

    def thought(self) -> str:
        return self.chance.choice(THOUGHTS)

    def chunk(self, delta: Any, reason: str | None = None, **more: Any) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, **more.pop("choice", {})}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "served",
            "choices": [choice],
            **more,
        }

    def spoken(self, pieces: list[str], **more: Any) -> list[Event]:
        return [self.chunk({"content": one}, **more) for one in pieces]

    def usage(self) -> dict[str, int]:
        return {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}

    # ── what goes wrong ─────────────────────────────────────────────────────────────────────────

    def _spoil(self, case: Case) -> None:
        """Break a good answer in one of the ways servers do."""
        cut = self.chance.randint(1, max(1, len(case.events) - 2))
        way = self.chance.choice(("cut", "error", "named", "choice", "plain", "word", "filter"))
        head = [one for one in case.events[:cut] if not _final(one)]
        tail: list[Event] = []
        if way == "error":
            tail = [{"error": {"message": "The upstream went away.", "code": 502}}, "[DONE]"]
        elif way == "named":
            tail = ['event: error\ndata: {"message": "overloaded"}', "[DONE]"]
        elif way == "choice":
            tail = [self.chunk({}, "stop", choice={"error": {"code": 502, "message": "gone"}})]
        elif way == "plain":
            tail = ["data: Internal Server Error", "[DONE]"]
        elif way == "word":
            tail = [self.chunk({}, self.chance.choice(("error", "abort", "network_error", "new")))]
        elif way == "filter":
            tail = [{"error": {"code": "content_filter", "message": "filtered"}}]
        case.events = head + tail
        case.want = "refused" if way == "filter" else "errored"
        case.ends = False

    # ── what it is dressed in ───────────────────────────────────────────────────────────────────

    def _dress(self, case: Case) -> None:
        chance = self.chance
        style = Style(chance)
        lines: list[str] = [style.nothing()] if chance.random() < 0.3 else []
        for event in case.events:
            if chance.random() < 0.3:
                lines.append(style.nothing())
            if case.extras and chance.random() < 0.3:
                lines.append(style.event(chance.choice(case.extras)))
            lines.append(style.event(event))
        if case.ends and chance.random() < 0.8:
            lines += [style.event("[DONE]")] * chance.choice((1, 1, 2))
        text = "".join(lines)
        if chance.random() < 0.1:
            text = text.rstrip("\r\n")
        case.raw = style.mark + text.encode()
        case.content_type = chance.choice(
            (
                "text/event-stream",
                "text/event-stream; charset=utf-8",
                "application/json",
                "",
                "text/plain",
            )
        )
        case.chunks = cut_up(case.raw, chance)


class Style:
    """How one server writes its stream."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._end = chance.choice(("\n", "\n", "\r\n", "\r"))
        self._space = chance.choice((" ", " ", ""))
        self._ascii = chance.random() < 0.5
        self._indent = chance.choice((None, None, None, 1))
        self._ids = chance.random() < 0.2
        self.mark = b"\xef\xbb\xbf" if chance.random() < 0.1 else b""

    def event(self, event: Event) -> str:
        if isinstance(event, str) and event != "[DONE]":
            return event.replace("\n", self._end) + self._end * 2
        data = event if isinstance(event, str) else self._json(event)
        lines = [f"data:{self._space}{line}" for line in data.split("\n")]
        if self._ids:
            lines = ["id: 7", "event: message", *lines, "retry: 100"]
        return self._end.join(lines) + self._end * self._chance.choice((2, 2, 3))

    def nothing(self) -> str:
        """Something that carries nothing."""
        one = self._chance.choice(
            (
                ": ping",
                ":",
                "data:",
                "data: ",
                "data: {}",
                "data: null",
                "data: ping",
                'event: ping\ndata: {"type": "ping"}',
                'data: {"type": "ping"}',
                "event: heartbeat\ndata: 12:00",
                'data: {"choices": []}',
                'data: {"choices": null, "usage": {"prompt_tokens": 3}}',
                'data: {"usage": {"prompt_tokens": 3}}',
                'data: {"choices": [null]}',
                "retry: 3000",
                "",
            )
        )
        return one.replace("\n", self._end) + self._end * 2

    def _json(self, value: dict[str, Any]) -> str:
        separators = (",", ":") if self._indent is None else None
        return json.dumps(
            value, ensure_ascii=self._ascii, indent=self._indent, separators=separators
        )


def cut_up(raw: bytes, chance: random.Random) -> list[bytes]:
    """Cut bytes anywhere, inside of signs and line ends too."""
    way = chance.choice(("few", "many", "single", "whole"))
    if way == "whole":
        return [raw]
    if way == "single" and len(raw) < 1500:
        return [raw[n : n + 1] for n in range(len(raw))]
    count = 4 if way == "few" else min(60, len(raw))
    cuts = sorted(chance.choices(range(len(raw) + 1), k=count))
    ends = [0, *cuts, len(raw)]
    return [piece for a, b in zip(ends, ends[1:], strict=False) if (piece := raw[a:b])]


def _final(event: Event) -> bool:
    if isinstance(event, str):
        return event == "[DONE]"
    return any(one and one.get("finish_reason") for one in event.get("choices") or ())


# ── the twelve ──────────────────────────────────────────────────────────────────────────────────


def openai(make: Maker) -> Case:
    pieces = make.pieces()
    more = {"system_fingerprint": "fp_1", "service_tier": "default", "usage": None}
    events: list[Event] = [
        make.chunk({"role": "assistant", "content": "", "refusal": None}, **more)
    ]
    events += make.spoken(pieces, choice={"logprobs": None}, **more)
    reason = make.chance.choice(("stop", "stop", "length"))
    events += [make.chunk({}, reason, **more), {"choices": [], "usage": make.usage()}]
    return Case(
        "openai", events, "".join(pieces), want="truncated" if reason == "length" else "answered"
    )


def azure(make: Maker) -> Case:
    pieces = make.pieces()
    safe = {"hate": {"filtered": False, "severity": "safe"}, "jailbreak": {"detected": False}}
    prelude = {
        "id": "",
        "model": "",
        "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": safe}],
    }
    events: list[Event] = [prelude, make.chunk({"role": "assistant"})]
    events += make.spoken(pieces, choice={"content_filter_results": safe})
    filtered = make.chance.random() < 0.25
    events += [make.chunk({}, "content_filter" if filtered else "stop")]
    late = {
        "choices": [
            {"index": 0, "finish_reason": None, "content_filter_offsets": {"check_offset": 1}}
        ]
    }
    return Case(
        *("azure", events, "".join(pieces)),
        want="refused" if filtered else "answered",
        extras=[late],
    )


def vllm(make: Maker) -> Case:
    pieces, thought = make.pieces(), make.thought()
    name = make.chance.choice(("reasoning_content", "reasoning"))
    half = len(thought) // 2
    events: list[Event] = [
        make.chunk({"role": "assistant", "content": ""}, choice={"logprobs": None})
    ]
    events += [make.chunk({name: one, "content": None}) for one in (thought[:half], thought[half:])]
    events += make.spoken(pieces, choice={"stop_reason": None, "token_ids": None})
    events += [make.chunk({"content": ""}, "stop", choice={"stop_reason": None})]
    events += [{"choices": [], "usage": make.usage()}]
    return Case("vllm", events, "".join(pieces), thought)


def llama_cpp(make: Maker) -> Case:
    pieces = make.pieces()
    events: list[Event] = [make.chunk({"role": "assistant", "content": None})]
    events += make.spoken(pieces)
    if make.chance.random() < 0.15:
        events = [*events, 'error: {"code": 500, "message": "slot unavailable"}']
        return Case("llama.cpp", events, "".join(pieces), want="errored", ends=False)
    events += [make.chunk({}, "stop", timings={"prompt_n": 3, "predicted_ms": 1.5})]
    return Case("llama.cpp", events, "".join(pieces))


def ollama(make: Maker) -> Case:
    pieces, thought = make.pieces(), make.thought()
    events: list[Event] = [make.chunk({"role": "assistant", "content": "", "reasoning": thought})]
    events += [make.chunk({"role": "assistant", "content": one}) for one in pieces]
    events += [
        make.chunk({"role": "assistant", "content": ""}, "stop", system_fingerprint="fp_ollama")
    ]
    return Case("ollama", events, "".join(pieces), thought)


def lm_studio(make: Maker) -> Case:
    pieces, thought = make.pieces(), make.thought()
    said = f"<think>\n{thought}\n</think>\n\n" + "".join(pieces)
    step = make.chance.randint(1, 9)
    events: list[Event] = make.spoken([said[n : n + step] for n in range(0, len(said), step)])
    events += [make.chunk({}, "stop", stats={"tokens_per_second": 9.5})]
    return Case("lm studio", events, "".join(pieces).lstrip(), f"\n{thought}\n")


def mistral(make: Maker) -> Case:
    pieces, thought = make.pieces(), make.thought()
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}]
    events: list[Event] = [make.chunk({"role": "assistant", "content": parts})]
    events += [make.chunk({"content": [{"type": "text", "text": one}]}) for one in pieces]
    reason = make.chance.choice(("stop", "model_length"))
    events += [make.chunk({"content": ""}, reason, usage=make.usage(), p="abcd")]
    want = "truncated" if reason == "model_length" else "answered"
    return Case("mistral", events, "".join(pieces), thought, want=want)


def gemini(make: Maker) -> Case:
    pieces = make.pieces()
    if make.chance.random() < 0.3:
        block = {
            "choices": [],
            "promptFeedback": {"blockReason": make.chance.choice(("SAFETY", "PROHIBITED_CONTENT"))},
        }
        return Case("gemini", [block], "", want="refused")
    events = make.spoken(pieces)
    reason = make.chance.choice(("STOP", "stop", "content_filter: SAFETY"))
    events += [make.chunk({"role": "assistant"}, reason, usage=make.usage())]
    want = "refused" if "filter" in reason else "answered"
    return Case("gemini", events, "".join(pieces), want=want)


def anthropic_proxy(make: Maker) -> Case:
    pieces, thought = make.pieces(), make.thought()
    events: list[Event] = [make.chunk({"role": "assistant", "content": ""})]
    events += [
        make.chunk({"reasoning_content": thought, "thinking_blocks": [{"type": "thinking"}]})
    ]
    events += make.spoken(pieces)
    reason, want = make.chance.choice(
        (
            ("end_turn", "answered"),
            ("max_tokens", "truncated"),
            ("refusal", "refused"),
            ("pause_turn", "errored"),
        )
    )
    events += [make.chunk({}, reason)]
    extra: list[Event] = ['event: ping\ndata: {"type": "ping"}']
    return Case("anthropic proxy", events, "".join(pieces), thought, want=want, extras=extra)


def caching_gateway(make: Maker) -> Case:
    """The whole answer at once, though a stream was asked for; or one event that holds all."""
    text = "".join(make.pieces())
    message = {"role": "assistant", "content": text}
    whole: dict[str, Any] = {
        "id": "cached",
        "model": "served",
        "cached": True,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    if make.chance.random() < 0.5:
        # Some send the deltas and then the whole message once more.
        again = {
            "choices": [{"index": 0, "delta": {}, "message": message, "finish_reason": "stop"}]
        }
        return Case("caching gateway", [make.chunk({"content": text}), again], text)
    return Case("caching gateway", [whole], text)


def guarded_gateway(make: Maker) -> Case:
    pieces = make.pieces()
    way = make.chance.choice(("none", "before", "after", "words"))
    if way == "before":
        error = {"error": {"message": "Violated guardrail policy", "type": "guardrail_violation"}}
        return Case("guarded gateway", [error], "", want="refused", ends=False)
    events = make.spoken(pieces)
    if way == "words":
        error = {"error": {"message": "Output blocked by content filter", "code": 400}}
        return Case(
            "guarded gateway", [*events, error], "".join(pieces), want="refused", ends=False
        )
    events += [make.chunk({}, "guardrail_intervened" if way == "after" else "stop")]
    moderation: Event = {"moderation": {"flagged": False}, "choices": []}
    want = "refused" if way == "after" else "answered"
    return Case("guarded gateway", events, "".join(pieces), want=want, extras=[moderation])


def broken_proxy(make: Maker) -> Case:
    pieces = make.pieces()
    text = "".join(pieces)
    events = make.spoken(pieces)
    way = make.chance.choice(("half", "page", "nothing", "torso", "joined", "other", "twice"))
    if way == "half":
        return Case("broken proxy", events, text, want="errored", ends=False)
    if way == "page":
        page = "<html><head><title>504 Gateway Time-out</title></head></html>"
        return Case("broken proxy", [page], "", want="errored", ends=False)
    if way == "nothing":
        return Case("broken proxy", [], "", want="errored", ends=False)
    if way == "torso":
        torso = 'data: {"choices": [{"index": 0, "delta": {"content": "Hal'
        return Case("broken proxy", [*events, torso], text, want="errored", ends=False)
    if way == "other":
        other = 'event: message_start\ndata: {"type": "message_start", "message": {"id": "m"}}'
        return Case("broken proxy", [other], "", want="errored", ends=False)
    final = make.chunk({}, "stop")
    if way == "joined":
        # Empty lines are lost, so that two events become one of two lines.
        joined = "\n".join(f"data: {json.dumps(one)}" for one in (*events, final))
        return Case("broken proxy", [joined], text)
    usage: Event = {
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": make.usage(),
    }
    return Case("broken proxy", [*events, final, usage], text)


SHAPES: tuple[Callable[[Maker], Case], ...] = (
    *(openai, azure, vllm, llama_cpp, ollama, lm_studio, mistral, gemini, anthropic_proxy),
    *(caching_gateway, guarded_gateway, broken_proxy),
)
