"""``parallax sample``: a whole confirm stage without a human."""

import json
from pathlib import Path

import pytest
from kept_rows import kept_rows
from small_confirm import make_confirm_workspace

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study, Workspace
from toolkit.record import Item, RaterSeat, Rating, Record, Reply, Simulation, Sweep, read_jsonl


def play(root: Path, *options: str) -> Record:
    out = root / "out" / "planted.jsonl.gz"
    words = ["sample", "--planted", "--workspace", str(root), "--out", str(out), *options]
    assert main(words) == 0
    return read_jsonl(out, root / "out" / "in.db")


def test_a_planted_record_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_confirm_workspace(tmp_path)
    with play(root, "--seed", "1") as record:
        (sweep,) = record.rows(Sweep)
        assert sweep.endpoints == {"assistant": "scripted:planted"}
        assert not sweep.unfrozen
        assert all(seat.simulated for seat in record.rows(RaterSeat))
        (simulation,) = record.rows(Simulation)
        # Every persona but the reference is swapped in equally often: the first two by name.
        truth = simulation.truth
        hit = {arm: effect for arm, effect in truth.items() if effect}
        assert set(hit) == {"swap ben-test", "swap cho-test"}
        assert all(effect < -0.3 for effect in hit.values())
        assert {truth["paraphrase"], truth["resample"], truth["swap dee-test"]} == {0.0}
        assert len(kept_rows(record, Reply)) == sweep.planned == 36
        assert kept_rows(record, Item)
        assert record.verify().ok
    frozen = json.loads((root / "out" / "planted.frozen.json").read_text("ascii"))
    assert frozen["hash"] == sweep.confirm_hash
    said = capsys.readouterr().out
    assert said.startswith("Simulated raters; ")
    assert said.endswith(" entries written to planted.jsonl.gz.\n")


def test_the_study_itself_is_left_alone(tmp_path: Path) -> None:
    root = make_confirm_workspace(tmp_path)
    play(root).close()
    study = Study.load("small", workspace=root)
    assert not study.results.exists()
    assert ConfirmStage(study).frozen() is None


def test_the_same_seed_gives_the_same_ratings(tmp_path: Path) -> None:
    def values(name: str) -> list[object]:
        folder = tmp_path / name
        folder.mkdir()
        with play(make_confirm_workspace(folder), "--seed", "3") as record:
            return [(row.question, row.value) for row in kept_rows(record, Rating)]

    assert values("a") == values("b")


def test_a_persona_that_never_is_the_reference_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_confirm_workspace(tmp_path)
    folder = Workspace(root).root / "personas" / "contrasts"
    references = dict(zip(sorted(folder.iterdir()), ("ada-test", "ben-test"), strict=False))
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8")
        text = text.replace("personas: [ada-test, ben-test, cho-test, dee-test]", PAIR)
        text = text.replace("reference: ada-test", f"reference: {references.get(path, 'ada-test')}")
        path.write_text(text, "utf-8")
    out = root / "planted.jsonl.gz"
    assert main(["sample", "--planted", "--workspace", str(root), "--out", str(out)]) == 1
    assert capsys.readouterr().err == (
        "study small: got contrasts in which every persona is once the reference; wanted one that "
        "never is, to plant a bias on. Leave --planted out, or add a persona.\n"
    )
    assert not out.exists()


PAIR = "personas: [ada-test, ben-test]"


@pytest.mark.parametrize(
    "changed",
    [
        {"form": "pair"},
        {"questions": '[{id: respected, dimension: respect, ask: "Well?", low: No, high: Yes}]'},
    ],
)
def test_a_plan_of_pairs_or_of_one_question_is_planted_too(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    with play(make_confirm_workspace(tmp_path, **changed)) as record:
        (sweep,) = record.rows(Sweep)
        assert len(kept_rows(record, Reply)) == sweep.planned
        assert record.rows(Simulation)
