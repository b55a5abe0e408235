"""A contrast that asks to choose: how likely each answer was is kept with the reply."""

import asyncio
import math
from pathlib import Path

import pytest
from kept_rows import kept_rows
from telling_endpoint import Telling, with_decisions

from toolkit.analysis import load_frames
from toolkit.design import ConfirmStage, Study
from toolkit.endpoints import Settings, TokenChoice
from toolkit.errors import InvalidFiles
from toolkit.probes import run_sweep
from toolkit.record import Reply, open_record
from toolkit.session import Bound

SURE = (TokenChoice(" yes", math.log(0.75)), TokenChoice("No", math.log(0.2)))
ELSEWHERE = (TokenChoice("Well", math.log(0.7)), TokenChoice("Yes", math.log(0.3)))


def test_decisions_are_read_where_the_contrast_asks_for_one(tmp_path: Path) -> None:
    study = Study.load("small", workspace=with_decisions(tmp_path, ["parcel"], '["Yes", "No"]'))
    stage = ConfirmStage(study)
    stage.freeze()
    endpoint = Telling(lambda asked: SURE if "Ada" in asked else ELSEWHERE)
    with open_record(study) as record:
        asyncio.run(
            run_sweep(
                stage,
                record,
                binder=lambda _, alias: Bound(alias, endpoint, Settings(), frozen=True),
            )
        )
        replies = kept_rows(record, Reply)
        frame = load_frames(record).replies.set_index("unit_id")
    deciding = [row for row in replies if row.contrast_id == "parcel"]
    assert all(row.decision is None for row in replies if row not in deciding)
    assert sum(one.top_logprobs is not None for one in endpoint.asked) == len(deciding) == 6
    for row in deciding:
        said = {"Yes": 0.75, "No": 0.2} if row.persona_id == "ada-test" else {"Yes": 0.3, "No": 0}
        assert row.decision == pytest.approx(said)
        assert frame.loc[row.unit_id, "decision_mass"] == pytest.approx(sum(said.values()))
        assert frame.loc[row.unit_id, "undecided"] == (sum(said.values()) < 0.9)
    others = frame[frame["contrast_id"] != "parcel"]
    assert not others["undecided"].any()
    assert others["decision_mass"].isna().all()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("[Yes]", "decision.1: got 'Yes'; wanted two or more words. Name every answer, or leave"),
        ("[Yes, no, yes]", "decision.3: got 'yes'; wanted one word that is no other answer"),
        ("[Yes, Not now]", "decision.2: got 'Not now'; wanted one word that is no other answer"),
    ],
)
def test_words_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, words: str, complaint: str
) -> None:
    with pytest.raises(InvalidFiles) as refused:
        Study.load("small", workspace=with_decisions(tmp_path, ["parcel"], words))
    assert complaint in str(refused.value)
