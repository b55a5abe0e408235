"""Frame view: what every screen of every panel has around it, as one JSON value."""

from typing import Any

from toolkit.design import Study
from toolkit.session import COMMENT_LENGTH, RatingQueue, Sitting


def frame_view(
    study: Study,
    screen: str,
    work: Sitting | RatingQueue | None = None,
    *,
    minutes: int | None = None,
) -> dict[str, Any]:
    """The frame of a screen: study, participant, and whether this place may only read.

    Args:
        study: what is taken part in.
        screen: which screen is due; it is new to the page when its ``key`` is.
        work: where the participant is at work; None while the study cannot run.
        minutes: how long it takes, where that is not what the study says.
    """
    who, read_only = (work.participant, work.read_only) if work else (None, "")
    return {
        "screen": screen,
        "key": screen,
        "study": {"id": study.study_id, "title": study.title, "minutes": minutes or study.minutes},
        "participant": who.participant_id if who else "",
        "byCode": bool(who and who.enrolled_by == "code"),
        "readOnly": read_only,
        "progress": None,
        "support": study.care.support_contact,
        "limits": {
            "messages": study.care.messages_cap,
            "comment": COMMENT_LENGTH,
            "outbox": True,
        },
    }
