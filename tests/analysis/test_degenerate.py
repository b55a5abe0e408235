"""Where there is not enough to say, that is what is said: no crash, no warning, no NaN, no p."""

from pathlib import Path
from typing import Any

import pytest
from analysis.degenerate_cases import CASES, Case
from analysis.degenerate_worlds import findings_in, sentences_in, tables_in, unsound
from small_confirm import make_confirm_workspace
from small_replies import keep_replies

from toolkit.analysis import run_plan
from toolkit.design import ConfirmStage, Study
from toolkit.errors import AnalysisError
from toolkit.record import open_record


def outcome(case: Case) -> tuple[Any, list[str]]:
    """What comes of it and what is said; of a refusal the sentence alone."""
    try:
        made = case.run()
    except AnalysisError as refusal:
        return None, [str(refusal)]
    return made, sentences_in(made)


@pytest.mark.parametrize("case", CASES, ids=[one.name for one in CASES])
def test_it_says_so_in_these_words(case: Case) -> None:
    made, said = outcome(case)
    assert case.says in said
    assert unsound(made) == []
    if not case.tested:
        assert [one.subject for one in findings_in(made) if one.p is not None or one.tests] == []
        for name, table in tables_in(made).items():
            assert "p" not in table or not table["p"].notna().any(), name


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({one.name for one in CASES}) == len(CASES) >= 152


def test_a_plan_without_a_rating_says_which_step_could_not_be_run(tmp_path: Path) -> None:
    make_confirm_workspace(tmp_path)
    stage = ConfirmStage(Study.load("small", workspace=tmp_path))
    with open_record(tmp_path / "record.db") as record:
        keep_replies(stage, record)
        report = run_plan(record)
    for step in report.steps:
        assert unsound(step) == []
        assert all(note.endswith(".") for note in step.notes)
    assert report.step("primary").notes[0] == (
        "Not estimable. analysis: got the outcome 'respected'; wanted one that was rated: "
        "preference, refusal, decision, text_distance. Name one of these."
    )
