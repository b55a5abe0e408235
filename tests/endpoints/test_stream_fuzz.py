"""Streams of twelve shapes of servers, decorated and cut at random: one answer or one named error.

``make fuzz`` sends more of them.
"""

from collections import Counter

from stream_fuzz import complaints
from stream_shapes import SHAPES, Maker, cut_up

from toolkit.endpoints.answer_body import BodyReader
from toolkit.endpoints.partial_answer import PartialAnswer

CASES = 1_500


def test_random_streams_are_understood_on_both_transports() -> None:
    make = Maker(20261130)
    cases = [make.case() for _ in range(CASES)]
    shapes = Counter(one.shape for one in cases)
    assert len(shapes) == len(SHAPES) == 12
    assert min(shapes.values()) > 60
    ends, wrong = complaints(cases)
    assert wrong == []
    assert min(ends[one] for one in ("answered", "truncated", "refused", "errored")) > 60
    assert ends["traceback"] == 0


def read(chunks: list[bytes]) -> tuple[str, str, str]:
    body, found = BodyReader(), PartialAnswer()
    events = [event for chunk in chunks for event in body.feed(chunk)] + list(body.end())
    pieces = [found.take(one.value, one.name) for one in events if not one.over]
    pieces.append(found.end())
    assert "".join(pieces) == found.text
    return found.text, found.split.thoughts, found.finish_reason


def test_one_stream_is_one_answer_however_it_is_cut() -> None:
    make = Maker(7)
    for _ in range(150):
        case = make.case()
        if case.want not in ("answered", "truncated"):
            continue
        whole = read([case.raw])
        assert whole[:2] == (case.text, case.thoughts)
        for _ in range(10):
            assert read(cut_up(case.raw, make.chance)) == whole
