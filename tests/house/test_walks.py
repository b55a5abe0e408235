"""The tracer of walks sees a return, tells it from a step down, and lets neighbors call."""

from collections.abc import Callable

import pytest
from walks import TOOLKIT, walked

Step = Callable[..., None]


def function_in(place: str, body: str) -> Step:
    """A function whose code says that it stands in a file of the house."""
    names: dict[str, Step] = {}
    exec(compile(f"def step(*then):\n    {body}", TOOLKIT / place, "exec"), names)  # noqa: S102
    return names["step"]


ON = "then[0](*then[1:])"


@pytest.mark.parametrize(
    ("places", "returns"),
    [
        (["widgets/a.py", "session/explore/b.py", "record/c.py"], set()),
        (["session/explore/a.py", "session/b.py", "session/explore/c.py"], set()),
        (["widgets/a.py", "session/b.py", "widgets/c.py"], {"widgets:step"}),
        (["session/explore/a.py", "record/b.py", "session/c.py"], {"session:step"}),
        (
            ["analysis/plan/a.py", "analysis/engine/b.py", "analysis/plan/c.py"],
            {"analysis/plan:step"},
        ),
        (["analysis/plan/a.py", "analysis/engine/b.py", "analysis/frames/c.py"], set()),
    ],
)
def test_a_room_left_and_entered_again_is_seen(places: list[str], returns: set[str]) -> None:
    first, *rest = [function_in(place, ON) for place in places] + [function_in("canon.py", "pass")]
    with walked() as walk:
        first(*rest)
    assert walk.returns == returns
