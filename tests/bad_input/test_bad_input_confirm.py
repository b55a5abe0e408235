"""What goes wrong in a confirm stage: at the terminal, in its files, in the rating panel."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bad_input.full_disk import UNWRITABLE, fill, nothing_may_grow
from kept_rows import kept_rows
from small_confirm import make_confirm_workspace
from small_rating import keep_replies, rating_study
from widgets.panel_page import tell

from toolkit.canon import new_id
from toolkit.design import OUTCOMES as DECLARED
from toolkit.design import ConfirmStage, Study
from toolkit.record import Choice, Guess, Item, RaterSeat, Rating, Record, open_record
from toolkit.session import RatingQueue
from toolkit.widgets import RatingPanel

STUDY = "personas/studies/small.yaml"
NO_SECTION = (
    "study small: got no confirm section; wanted one that names contrasts, raters and an outcome. "
    "Add 'confirm:' to personas/studies/small.yaml, as personas/README.md shows.\n"
)
NOT_FROZEN = (
    "study small: got a confirm stage that is not frozen; wanted its contrasts and analysis plan "
    "fixed before the first reply. Read it through, then run `parallax freeze small --stage "
    "confirm`.\n"
)
COMMANDS = {
    "plan": ("plan", "small"),
    "freeze": ("freeze", "small", "--stage", "confirm"),
    "run": ("run", "small"),
    "batch": ("batch", "write", "small", "--out", "units.jsonl"),
    "rate": ("rate", "small", "--simulate"),
    "release": ("rate", "small", "--release", "0"),
}


@pytest.fixture
def confirming(tmp_path: Path) -> Path:
    root = tmp_path / "confirming"
    root.mkdir()
    return make_confirm_workspace(root)


# At the terminal.


@pytest.mark.parametrize("command", list(COMMANDS.values())[:-1], ids=list(COMMANDS)[:-1])
def test_a_study_that_confirms_nothing(workspace: Path, run: Any, command: tuple[str, ...]) -> None:
    assert run(*command, "--workspace", workspace) == (1, "", NO_SECTION)
    assert not (workspace / "results").exists()


@pytest.mark.parametrize("command", ["run", "batch", "rate"])
def test_a_stage_that_is_not_frozen(confirming: Path, run: Any, command: str) -> None:
    assert run(*COMMANDS[command], "--workspace", confirming) == (1, "", NOT_FROZEN)
    assert not (confirming / "results").exists()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_name_with_a_line_break_is_no_study(
    confirming: Path, run: Any, command: tuple[str, ...]
) -> None:
    words = ["sm\nall" if word == "small" else word for word in command]
    assert run(*words, "--workspace", confirming) == (
        1,
        "",
        "study: got 'sm\\nall'; wanted lower-case letters and digits in words joined by '-' or "
        "'_', starting with a letter, at most 64 characters, for example 'amara-okafor'. Give the "
        "id alone, without a folder or an ending.\n",
    )


def test_a_million_raters_are_refused_at_once(confirming: Path, run: Any) -> None:
    told = run("plan", "small", "--raters", 1_000_000, "--workspace", confirming)
    assert (told.code, told.err) == (
        1,
        "assignment: got 166667 ratings for a contrast and arm that has 2 replies; wanted no reply "
        "rated by more than two raters. Set replicates so that there are at least 83334 replies of "
        "each contrast and arm, or plan fewer raters or items.\n",
    )


def test_nobody_holds_such_a_seat(tmp_path: Path, run: Any) -> None:
    study = rating_study(tmp_path)
    with open_record(study) as record:
        keep_replies(study, record)
        before = record.extent()
        told = run("rate", "small", "--release", "-3", "--workspace", tmp_path)
        assert record.extent() == before
    assert told == (
        1,
        "",
        "release: got seat -3, which nobody holds in study small; wanted one of those that are "
        "taken, and none is yet. Look it up with `parallax status small`.\n",
    )


@pytest.mark.parametrize("seat", ["", "p-\nx", "'; drop table", "1.5"])
def test_what_is_no_number_is_no_seat(tmp_path: Path, run: Any, seat: str) -> None:
    """An empty number, as of a variable that is not set, releases nobody and simulates nobody."""
    with pytest.raises(SystemExit) as left:
        run("rate", "small", "--release", seat, "--workspace", tmp_path)
    assert left.value.code == 2


# In the study's file.


def replaced(old: str, new: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return spoil


ID = (
    "lower-case letters and digits in words joined by '-' or '_', starting with a letter, at "
    "most 64"
)
FIELDS = "one of contrasts, endpoints, replicates, seed, rating, analysis"
OUTCOMES = f"one of accurate, respected, {', '.join(DECLARED)}"
NOT_OF_PAIRS = (
    "wanted 'preference', 'refusal', 'decision' or 'text_distance', since raters of pairs say "
    "which reply is better and answer no question. Set 'form: single' under rating, or choose "
    "another outcome."
)
SPOILED: dict[str, tuple[Callable[[str], str], tuple[str, ...]]] = {
    "no replicate": (
        replaced("replicates: 2", "replicates: 0"),
        ("31: confirm.replicates: got '0'; wanted a number of at least 1.",),
    ),
    "a truth for a number": (
        replaced("raters: 8", "raters: yes"),
        ("35: confirm.rating.raters: got 'yes'; wanted a whole number.",),
    ),
    "half a rater": (
        replaced("raters: 8", "raters: 8.5"),
        ("35: confirm.rating.raters: got '8.5'; wanted a whole number.",),
    ),
    "a list for a section": (
        replaced("  rating:\n", "  rating: []\n  ratin:\n"),
        (
            "33: confirm.rating: got an empty list; wanted fields of its own, indented below it.",
            f"34: confirm.ratin: got an unknown field; wanted {FIELDS}. Did you mean 'rating'?",
        ),
    ),
    "overlap above all": (
        replaced("repeats: 1", "repeats: 1\n    overlap: 1.5"),
        ("39: confirm.rating.overlap: got '1.5'; wanted a number of at most 1.",),
    ),
    "not a number": (
        replaced("margin: 0.5", "margin: .nan"),
        ("45: confirm.analysis.margin: got '.nan'; wanted a number.",),
    ),
    "a direction without a margin": (
        replaced("margin: 0.5", "direction: worse"),
        (
            "45: confirm.analysis.direction: got 'worse'; wanted a margin beside it. Add "
            "'margin:', or leave direction out.",
        ),
    ),
    "a direction that is none": (
        replaced("margin: 0.5", "margin: 0.5\n    direction: down"),
        ("46: confirm.analysis.direction: got 'down'; wanted one of worse, better.",),
    ),
    "a direction of what is neither good nor bad": (
        lambda text: replaced("primary: respected", "primary: text_distance")(text).replace(
            "margin: 0.5", "margin: 0.5\n    direction: worse"
        ),
        (
            "46: confirm.analysis.direction: got 'worse'; wanted nothing here, since neither end "
            "of 'text_distance' is good to get. Leave direction out.",
        ),
    ),
    "an outcome nobody asks": (
        replaced("primary: respected", "primary: respekted"),
        (
            f"44: confirm.analysis.primary: got 'respekted'; wanted the outcome: {OUTCOMES}. Did "
            "you mean 'respected'?",
        ),
    ),
    "questions that raters of pairs are never asked": (
        lambda text: replaced("form: single", "form: pair")(text).replace(
            "margin: 0.5", "margin: 0.5\n    secondary: [refusal, accurate]"
        ),
        (
            f"44: confirm.analysis.primary: got 'respected'; {NOT_OF_PAIRS}",
            f"46: confirm.analysis.secondary.2: got 'accurate'; {NOT_OF_PAIRS}",
        ),
    ),
    "a preference between single replies": (
        replaced("margin: 0.5", "margin: 0.5\n    secondary: [refusal, preference]"),
        (
            "46: confirm.analysis.secondary.2: got 'preference'; wanted a question of the form, "
            "'refusal', 'decision' or 'text_distance', since raters see single replies. Set 'form: "
            "pair' under rating, or choose another outcome.",
        ),
    ),
    "a decision that no contrast asks for": (
        replaced("margin: 0.5", "margin: 0.5\n    secondary: [decision]"),
        (
            "46: confirm.analysis.secondary.1: got 'decision'; wanted an outcome of these "
            "contrasts; none of them has 'decision'. Add 'decision:' to those that ask for it, or "
            "choose another outcome.",
        ),
    ),
    "a contrast twice": (
        replaced("[parcel, payslip,", "[parcel, parcel, payslip,"),
        ("30: confirm.contrasts.2: got 'parcel'; wanted each name once. Delete one of the two.",),
    ),
    "a letter no id has": (
        replaced("[parcel, ", "[pärcel, "),
        (f"30: confirm.contrasts.1: got 'pärcel'; wanted {ID} characters.",),
    ),
    "an answer off the scale": (
        replaced("answer: 2\n", "answer: 6\n"),
        ("42: confirm.rating.attention.1.answer: got '6'; wanted a number of at most 5.",),
    ),
}


@pytest.mark.parametrize("command", ["plan", "freeze", "run", "rate"])
@pytest.mark.parametrize(("spoil", "lines"), SPOILED.values(), ids=SPOILED)
def test_every_command_tells_a_mistake_in_the_section(
    confirming: Path,
    run: Any,
    command: str,
    spoil: Callable[[str], str],
    lines: tuple[str, ...],
) -> None:
    path = confirming / STUDY
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    count = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
    told = run(*COMMANDS[command], "--workspace", confirming)
    assert told == (
        1,
        "",
        f"{count} in what was written:\n"
        + "".join(f"  {STUDY}:{line}\n" for line in lines)
        + "Mend the lines above, then run `parallax check` again.\n",
    )
    assert not (confirming / "results").exists()


# In the rating panel.


class Rater:
    """Says to a rating panel what a page would say, or what none would."""

    def __init__(self, study: Study, record: Record, code: str = "R-01") -> None:
        self.record = record
        self.panel = RatingPanel(study, record, environ={"PARALLAX_PARTICIPANT": code})
        for action in ("consent", "start"):
            self.do(action)

    def do(self, action: str, event_id: object = None, **fields: Any) -> Any:
        event_id = event_id or new_id()
        tell(self.panel, {"id": event_id, "action": action, **fields})  # type: ignore[arg-type]
        return event_id

    def told(self, action: str, **fields: Any) -> str:
        """Do what is refused; nothing is kept, and the page hears why."""
        before, shown = self.record.extent(), self.panel.view
        event_id = self.do(action, **fields)
        assert event_id not in self.panel.acked
        assert self.panel.status["event"] == event_id
        assert self.panel.status["again"] is False
        assert self.record.extent() == before
        assert self.panel.view == shown
        return str(self.panel.status["message"])

    @property
    def item(self) -> str:
        return str(self.panel.view["item"]["id"])

    def answer(self, value: int = 3) -> str:
        item = self.item
        if self.panel.view["item"]["form"] == "pair":
            self.do("choose", item=item, preferred="a")
        for question in self.panel.view["item"]["questions"] if self.item == item else ():
            self.do("rate", item=item, question=question["id"], value=value)
        return item


@pytest.fixture
def rated(tmp_path: Path) -> Iterator[tuple[Study, Record]]:
    root = tmp_path / "rated"
    root.mkdir()
    study = rating_study(root)
    with open_record(study) as record:
        keep_replies(study, record)
        yield study, record


@pytest.fixture
def rater(rated: tuple[Study, Record]) -> Iterator[Rater]:
    made = Rater(*rated)
    yield made
    asyncio.run(made.panel.release())


AGAIN = "Reload the page and try again."
FOREIGN = f"This item is not one of yours. {AGAIN}"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "Rating: got 0; wanted 1 to 5. Choose one of the five."),
        (6, "Rating: got 6; wanted 1 to 5. Choose one of the five."),
        (10**30, f"Rating: got {10**30}; wanted 1 to 5. Choose one of the five."),
        (True, f"Panel: got bool as value of 'rate'; wanted int. {AGAIN}"),
        ("3", f"Panel: got str as value of 'rate'; wanted int. {AGAIN}"),
        (3.0, f"Panel: got float as value of 'rate'; wanted int. {AGAIN}"),
        (None, f"Panel: got NoneType as value of 'rate'; wanted int. {AGAIN}"),
        ([3], f"Panel: got list as value of 'rate'; wanted int. {AGAIN}"),
    ],
    ids=repr,
)
def test_a_value_off_the_scale(rater: Rater, value: object, message: str) -> None:
    told = rater.told("rate", item=rater.item, question="accurate", value=value)
    assert told == message


def test_items_and_fields_no_page_of_ours_would_send(
    rater: Rater, rated: tuple[Study, Record]
) -> None:
    other = RatingQueue(*rated)
    other.enrol("R-02")
    other.consent()
    shown, own = other.current, rater.item
    assert shown is not None
    foreign = shown.item_id
    unit = ConfirmStage(rated[0]).units[0].unit_id
    for item in (foreign, unit, "", "x" * 100_000, "\n", "\ud800", "../../etc/passwd"):
        assert rater.told("rate", item=item, question="accurate", value=3) == FOREIGN
        assert rater.told("choose", item=item, preferred="a") == FOREIGN
        assert rater.told("pass", item=item) == FOREIGN
    assert rater.told("choose", item=own, preferred="a") == FOREIGN
    assert rater.told("rate", item=own, question="q\n", value=3) == (
        "Rating: got question 'q\\n'; wanted one of accurate, respected. Reload the page and "
        "answer again."
    )
    assert rater.told("rate", item=["x"], question="accurate", value=3) == (
        f"Panel: got list as item of 'rate'; wanted str. {AGAIN}"
    )
    assert rater.told("guess", item=own, option=1) == (f"Nothing is asked about this item. {AGAIN}")
    before = rater.record.extent()
    for event_id in ("", "no-uuid", 7, {"a": 1}, "0" * 36):
        tell(rater.panel, {"id": event_id, "action": "pass", "item": own})  # type: ignore[arg-type]
    for content in ([], "pass", 3, {"action": "pass"}):
        tell(rater.panel, content)  # type: ignore[arg-type]
    assert rater.record.extent() == before
    rater.answer()
    assert rater.record.verify().ok
    other.close()


def test_an_id_that_belongs_to_something_else_keeps_nothing(rater: Rater) -> None:
    """A page knows the ids of its items; none of them can become the id of an answer."""
    item = rater.item
    before = rater.record.extent()
    rater.do("rate", item, item=item, question="accurate", value=3)
    assert item not in rater.panel.acked
    assert rater.record.extent() == before
    assert kept_rows(rater.record, Rating) == []


def test_what_was_rated_stays_once_somebody_was_guessed(rater: Rater) -> None:
    """The options name who there could have been: after them no judgment is blind."""
    first = rater.item
    while rater.panel.view["screen"] == "rate":
        rater.answer()
    rater.do("end")
    rater.do("guess", item=rater.panel.view["guess"]["id"], option=1)
    assert len(rater.record.rows(Guess)) == 1
    assert rater.told("rate", item=first, question="accurate", value=1) == (
        "You have begun to say who these people were, so what you rated before stays as it is. Go "
        "on with what is shown."
    )


def test_a_very_long_why_with_odd_letters_is_cut_and_kept(tmp_path: Path) -> None:
    study = rating_study(tmp_path, form="pair")
    with open_record(study) as record:
        keep_replies(study, record)
        rater = Rater(study, record)
        while rater.panel.view["item"]["form"] != "pair":
            rater.answer()
        limit = rater.panel.view["limits"]["comment"]
        why = "\ud800\x00\u202e" + "é👩🏽‍🔧" * 200_000
        rater.do("choose", item=rater.item, preferred="neither", why=why)
        (row,) = kept_rows(record, Choice)
        assert (row.preferred, row.why) == ("neither", why[:limit])
        json.dumps(rater.panel.get_state()).encode("utf-8")
        assert record.verify().ok
        asyncio.run(rater.panel.release())


def refused_then_kept(rater: Rater, trouble: Callable[[], Any], message: str) -> None:
    """An answer meets the trouble; once it is over the page sends it again, and all goes on."""
    rater.answer()
    item, kept = rater.item, list(rater.record.entries())
    # Longer than the last free bytes of any page.
    fields = {"item": item, "reason": "So. " * 400}
    with trouble():
        events = []
        while len(events) < 40:
            events.append(rater.do("pass", **fields))
            if events[-1] not in rater.panel.acked:
                break
        lost = events[-1]
        assert lost not in rater.panel.acked, "there was room all along"
        assert rater.panel.status == {
            "state": "error",
            "event": lost,
            "message": message,
            "again": True,
        }
        assert list(rater.record.entries())[: len(kept)] == kept
    rater.do("pass", lost, **fields)
    assert lost in rater.panel.acked
    while rater.panel.view["screen"] == "unavailable":
        rater.do("look")
    while rater.panel.view["screen"] == "rate":
        rater.answer()
    assert rater.panel.view["screen"] == "last"
    (seat,) = rater.record.rows(RaterSeat)
    positions = [row.position for row in kept_rows(rater.record, Item)]
    assert len(positions) == len(set(positions)) <= seat.items
    assert rater.record.verify().ok


def test_a_record_that_cannot_be_written_any_more(rater: Rater) -> None:
    message = UNWRITABLE.format(rater.record.place)
    refused_then_kept(rater, lambda: nothing_may_grow(rater.record), message)


def test_a_disk_that_fills_up_while_somebody_rates(small_disk: Path) -> None:
    study = rating_study(small_disk, replicates=1, overlap=0.33)

    @contextmanager
    def full() -> Iterator[None]:
        ballast = fill(small_disk)
        try:
            yield
        finally:
            ballast.unlink()

    with open_record(study) as record:
        keep_replies(study, record)
        rater = Rater(study, record)
        message = (
            f"Record: there is no room left at {record.place}; wanted space for one more entry. "
            "Free some space there and try again; nothing was half-written."
        )
        refused_then_kept(rater, full, message)
        asyncio.run(rater.panel.release())
