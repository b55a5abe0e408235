"""A small study ready to be rated: frozen to confirm, with its replies in the record."""

from pathlib import Path

import small_replies
from small_confirm import make_confirm_workspace
from small_replies import Says

from toolkit.design import ConfirmStage, Study, Unit
from toolkit.record import Record


def said(unit: Unit) -> str:
    """A reply that tells nothing, a little different for each unit."""
    return (
        "Thank you for writing. I have looked into this for you.\n\n"
        f"- It has reference **{unit.unit_id[2:8].upper()}**.\n- You will hear by Friday.\n\n"
        "Is there anything else?"
    )


def rating_study(root: Path, *, replicates: int = 3, **rating: object) -> Study:
    """A small study whose confirm stage is frozen; see ``make_confirm_workspace``."""
    make_confirm_workspace(root, replicates=replicates, **rating)
    study = Study.load("small", workspace=root)
    ConfirmStage(study).freeze()
    return study


def keep_replies(study: Study, record: Record, *, say: Says = said) -> None:
    """Put a reply to every unit into the record, as a sweep would; no text makes it empty."""
    small_replies.keep_replies(
        ConfirmStage(study),
        record,
        ends=lambda unit: "answered" if say(unit) else "empty",
        says=say,
    )
