"""The first-look notebook: readable as it is committed, and right on a record just made."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import first_look
import nbformat
import pytest
from small_world import make_workspace

from toolkit.design import Study
from toolkit.endpoints import Scripted, Settings
from toolkit.record import open_record
from toolkit.session import Bound, Sitting

CONFIRM = first_look.NOTEBOOK.parents[1] / "results" / "sample" / "confirm.jsonl.gz"


@pytest.fixture(scope="module")
def committed() -> nbformat.NotebookNode:
    return nbformat.read(first_look.NOTEBOOK, as_version=4)


def test_cells_are_short_and_define_nothing(committed: nbformat.NotebookNode) -> None:
    for cell in committed.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 6, cell.id
            assert not re.search(r"^\s*(def|class) |;\s*$", cell.source, re.MULTILINE), cell.id


def test_it_opens_with_a_question_and_ends_with_what_may_be_said(
    committed: nbformat.NotebookNode,
) -> None:
    assert "?" in committed.cells[0].source
    assert committed.cells[-1].source.startswith("## What may be said from this")


def test_every_figure_is_followed_by_its_numbers(committed: nbformat.NotebookNode) -> None:
    code = [cell for cell in committed.cells if cell.cell_type == "code"]
    drawn = [at for at, cell in enumerate(code) if cell.source.endswith("\nfigure")]
    assert len(drawn) == 5
    for at in drawn:
        assert code[at + 1].source.rpartition("\n")[2].startswith("figure.numbers"), code[at].id
        kinds = [list(output.data) for output in code[at].outputs]
        assert kinds == [["image/png", "text/plain"], ["text/plain"]]
        assert "n = " in code[at].outputs[1].data["text/plain"]


def test_nothing_of_a_machine_or_a_moment_is_committed(committed: nbformat.NotebookNode) -> None:
    # A picture is base64, in which anything may stand by chance.
    text = re.sub(r'"image/png": "[^"]*"', "", json.dumps(committed))
    assert "widgets" not in committed.metadata
    assert committed.metadata.language_info == {"name": "python"}
    assert not re.search(r"/(home|root|tmp|work|Users)/|0x[0-9a-f]{6,}|parallax-\w{8}", text)
    assert not [cell.id for cell in committed.cells if "execution" in cell.metadata]
    kinds = {one.output_type for cell in committed.cells for one in cell.get("outputs", [])}
    assert kinds == {"display_data", "execute_result", "stream"}


def test_no_table_is_split_by_persona(committed: nbformat.NotebookNode) -> None:
    for cell in committed.cells:
        if cell.cell_type == "code" and cell.id != "coverage-numbers":
            assert not re.search(r"persona|factor", cell.source), cell.id


def binder(_: Study, alias: str) -> Bound:
    return Bound(alias, Scripted("courteous"), Settings(), frozen=True)


def sit(study: Study, *, says: str = "") -> str:
    """Begin a conversation; say something, rate and flag the answer. Returns its id."""
    with open_record(study) as record:
        sitting = Sitting(study, record, binder=binder)
        sitting.enrol("T-01")
        sitting.consent()
        conversation = sitting.begin()
        if says:
            turn = asyncio.run(conversation.say(says))
            conversation.rate("quick", 1, dimension="respect", turn_id=turn.turn_id)
            conversation.flag(turn.turn_id, 0, 5, harm="unsure", severity=4, comment="Cold.")
        asyncio.run(sitting.close())
    return conversation.session.session_id


def run_in(workspace: Path, record: str = "") -> str:
    """Run the notebook in a workspace that holds the sample of the confirm stage."""
    sample = workspace / "results" / "sample"
    sample.mkdir(parents=True, exist_ok=True)
    shutil.copy(CONFIRM, sample)
    environ = {
        "PARALLAX_WORKSPACE": str(workspace),
        "PARALLAX_STUDY": "small",
        "PARALLAX_RECORD": record,
    }
    return first_look.text_of(first_look.run(environ))


def test_a_session_just_made_is_shown(tmp_path: Path) -> None:
    study = Study.load("small", workspace=make_workspace(tmp_path))
    session_id = sit(study, says="Where is my parcel?")
    shown = run_in(tmp_path)
    assert "The record of study 'small': 1 conversation." in shown
    assert session_id not in shown.partition("1 lead in 1 conversation")[0]
    assert "Where is my parcel?" in shown
    assert "1 lead in 1 conversation. Each says: it happened. None says how often." in shown
    assert "simulated participant" not in shown
    assert "Study 'small' has no reply yet; this is the sample that ships: 182 replies" in shown


def test_a_conversation_in_which_nothing_was_said_is_enough(tmp_path: Path) -> None:
    study = Study.load("small", workspace=make_workspace(tmp_path))
    session_id = sit(study)
    shown = run_in(tmp_path)
    assert "The record of study 'small': 1 conversation." in shown
    assert session_id not in shown
    assert "Nothing has been rated yet." in shown
    assert "No lead yet: no words are flagged and no answer is rated low." in shown


def test_a_record_that_holds_only_a_confirm_stage_is_shown(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    shown = run_in(tmp_path, str(CONFIRM))
    assert shown.count("The record that PARALLAX_RECORD names: 182 replies, 18 raters") == 2
    assert "n = 680 ratings by 18 raters" in shown
    assert "Progress: n = 0. No participant has enrolled yet." in shown
