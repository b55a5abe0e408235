"""Session view: texts of the study, and where the tester stands, as one JSON value.

Nothing here says who answers, what the assistant is told, which factors are analyzed by, or
anything about anybody else: a browser's tools can read every word of it.
"""

from typing import Any

from toolkit.design import (
    FLAG_HARMS,
    HARM_TYPES,
    HARMS,
    UNSURE,
    ConsentForm,
    DataUse,
    Question,
    Study,
    Term,
)
from toolkit.rendering import for_browser
from toolkit.session import Conversation, Sitting, persona_card, scenario_card
from toolkit.widgets.frame_view import frame_view

_PROGRESS = frozenset({"brief", "conversation", "form", "rest", "done"})


def session_view(sitting: Sitting, *, form_open: bool) -> dict[str, Any]:
    """Everything for the screen that is due.

    Args:
        sitting: where the tester is at work.
        form_open: whether the form after the conversation is open.
    """
    stage = sitting.stage
    screen = "form" if stage == "conversation" and form_open else stage
    view = frame_view(sitting.study, screen, sitting)
    if screen in _PROGRESS:
        position, total = sitting.position, len(sitting.assignments)
        view["progress"] = {"position": position, "total": total, "over": screen == "done"}
        view["key"] = f"{screen}:{position}"
    return view | _content(sitting, screen)


def turns_view(conversation: Conversation | None) -> list[dict[str, Any]]:
    """What has been said, in order; ``error`` is masked by the caller."""
    if conversation is None:
        return []
    return [
        {
            "id": turn.turn_id,
            "speaker": turn.speaker,
            "text": for_browser(turn.text),
            "outcome": turn.exchange.outcome if turn.exchange else "",
            "error": for_browser(turn.exchange.error) if turn.exchange else "",
        }
        for turn in conversation.turns
    ]


def judged_view(conversation: Conversation | None) -> dict[str, Any]:
    """Ratings and flags that stand; offsets are code points of the raw answer."""
    if conversation is None:
        return {"quick": {}, "form": {}, "flags": []}
    return {
        "quick": {one.turn_id: one.value for one in conversation.ratings if one.turn_id},
        "form": {one.question: one.value for one in conversation.ratings if not one.turn_id},
        "flags": [
            {
                "id": flag.flag_id,
                "turn": flag.turn_id,
                "start": flag.start,
                "end": flag.end,
                "harm": flag.harm,
                "severity": flag.severity,
                "comment": for_browser(flag.comment),
            }
            for flag in conversation.flags
        ],
    }


def harm_choices() -> list[dict[str, Any]]:
    """The harms a tester picks from, under the type each belongs to; ``unsure`` stands alone."""
    kinds = [_term(kind) | {"harms": _harms_of(kind.key)} for kind in HARM_TYPES.values()]
    return [*kinds, _term(FLAG_HARMS[UNSURE.key]) | {"harms": []}]


def consent_view(study: Study, form: ConsentForm, data: DataUse) -> dict[str, str]:
    """What a participant reads before agreeing.

    Args:
        study: says whom to turn to.
        form: the text that is agreed to.
        data: who sees what, and for how long.
    """
    return {
        "title": form.title,
        "text": form.text,
        "content_note": form.content_note,
        "seen_by": data.seen_by,
        "kept_for": data.kept_for,
        "support": study.care.support_contact,
    }


def question_view(question: Question) -> dict[str, str]:
    """One question of a form and the words at its ends."""
    return {"id": question.id, "ask": question.ask, "low": question.low, "high": question.high}


def _content(sitting: Sitting, screen: str) -> dict[str, Any]:
    study = sitting.study
    match screen:
        case "consent":
            return {"consent": consent_view(study, study.consent, study.data)}
        case "brief":
            brief = sitting.brief
            return {
                "persona": persona_card(brief.persona),
                "scenario": scenario_card(brief.scenario),
            }
        case "conversation" | "form" if sitting.conversation is not None:
            return _conversation(sitting.conversation, study)
        case "done":
            return {"next": study.what_happens_next}
        case "withdrawn":
            return {"kept_for": study.data.kept_for}
    return {}


def _conversation(conversation: Conversation, study: Study) -> dict[str, Any]:
    """Persona and situation come from the session's row: what was shown when it began."""
    session = conversation.session
    return {
        "session": session.session_id,
        "persona": session.persona_shown,
        "scenario": session.scenario_shown,
        "quick": question_view(study.quick_question),
        "form": [question_view(question) for question in study.form],
        "harms": harm_choices(),
    }


def _term(term: Term) -> dict[str, Any]:
    return {"key": term.key, "label": term.label, "meaning": term.meaning}


def _harms_of(kind: str) -> list[dict[str, Any]]:
    return [_term(harm) for key, harm in HARMS.items() if key.partition(".")[0] == kind]
