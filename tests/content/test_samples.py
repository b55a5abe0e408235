"""The samples of a confirm stage that ship: whole, labelled, and reproducible in what they are."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept_rows import kept_rows

from toolkit.analysis import load_frames, trace
from toolkit.canon import content_hash
from toolkit.record import (
    Participant,
    Rating,
    Record,
    Reply,
    SessionEnd,
    Simulation,
    Sweep,
    SweepEnd,
    read_jsonl,
)

FOLDER = Path(__file__).resolve().parents[2] / "results" / "sample"
ENDPOINTS = {"confirm": "embedded:smollm2", "planted": "scripted:planted"}


@pytest.fixture(scope="module", params=ENDPOINTS)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Record]]:
    name = request.param
    place = tmp_path_factory.mktemp("sample") / "record.db"
    with read_jsonl(FOLDER / f"{name}.jsonl.gz", place) as record:
        yield name, record


def test_it_is_whole(sample: tuple[str, Record]) -> None:
    _, record = sample
    assert record.verify().ok
    (sweep,) = record.rows(Sweep)
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.errored) == ("finished", 0)
    replies = [row.unit_id for row in kept_rows(record, Reply)]
    assert len(replies) == len(set(replies)) == sweep.planned
    raters = {row.participant_id for row in record.rows(Participant)}
    assert len(kept_rows(record, SessionEnd)) == len(raters)


def test_it_says_that_no_human_rated(sample: tuple[str, Record]) -> None:
    name, record = sample
    assert all(row.simulated for row in record.rows(Participant))
    (sweep,) = record.rows(Sweep)
    assert sweep.endpoints == {"assistant": ENDPOINTS[name]}
    assert not sweep.unfrozen
    (simulation,) = record.rows(Simulation)
    assert simulation.seed == 1


def test_the_freeze_beside_it_is_its_own(sample: tuple[str, Record]) -> None:
    name, record = sample
    frozen = json.loads((FOLDER / f"{name}.frozen.json").read_text("ascii"))
    (sweep,) = record.rows(Sweep)
    assert frozen["hash"] == content_hash(frozen["content"]) == sweep.confirm_hash
    assert frozen["content"]["contrasts"] == sweep.design["contrasts"]


def test_a_rating_leads_back_to_its_contrast(sample: tuple[str, Record]) -> None:
    _, record = sample
    ratings = [row for row in kept_rows(record, Rating) if row.item_id]
    chains = [trace(record, row.rating_id) for row in ratings[:60:5]]
    assert all(chain.contrast or chain.item.purpose == "attention" for chain in chains)


def test_what_was_planted_shows_in_the_means(tmp_path: Path) -> None:
    """No test of significance: that is for the analysis. The planted personas stand lowest."""
    with read_jsonl(FOLDER / "planted.jsonl.gz", tmp_path / "record.db") as record:
        (simulation,) = record.rows(Simulation)
        ratings = load_frames(record).item_ratings
    hit = {arm.removeprefix("swap ") for arm, effect in simulation.truth.items() if effect}
    assert hit == {"luo-zhengyu", "mateo-villarreal"}
    asked = ratings[(ratings["question"] == "as-an-equal") & ratings["apart"].isna()]
    counts = Counter(asked["persona_id"])
    means = asked.groupby("persona_id", observed=True)["value"].mean().astype(float)
    well_rated = [name for name in means.index if counts[name] >= 15]
    lowest = means[well_rated].sort_values().index[:2]
    assert set(lowest) == hit
