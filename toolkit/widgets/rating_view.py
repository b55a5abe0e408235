"""Rating view: what is on the rating panel's screen, as one JSON value.

Nothing here says which arm, persona or endpoint a reply belongs to, nor which of two replies is
the reference: a browser's tools can read every word of it.
"""

from typing import Any

from toolkit.rendering import for_browser
from toolkit.session import RatingQueue, Shown
from toolkit.widgets.frame_view import frame_view
from toolkit.widgets.rating_controller import SIDES
from toolkit.widgets.session_view import consent_view, question_view

_PROGRESS = frozenset({"rate", "rest", "last", "guess", "done"})
_LETTERS = {kept: said for said, kept in SIDES.items()}


def rating_view(queue: RatingQueue, *, started: bool, finished: bool) -> dict[str, Any]:
    """Everything for the screen that is due.

    Args:
        queue: where the rater is at work.
        started: whether they have read how it works.
        finished: whether they are through with the items and know it.

    Raises:
        ParallaxError: if the item that is due cannot be kept.
    """
    screen = _screen(queue, started=started, finished=finished)
    view = frame_view(queue.study, screen, queue, minutes=queue.confirm.plan.rating.minutes)
    if screen in _PROGRESS:
        progress = queue.progress
        view["progress"] = {"done": progress.done, "of": progress.of}
    return view | _content(queue, screen)


def given_view(shown: Shown | None) -> dict[str, Any]:
    """What the rater has said of the item on the screen, as it stands."""
    if shown is None:
        return {"item": "", "answers": {}, "choice": None, "why": "", "passed": False}
    return {
        "item": shown.item_id,
        "answers": dict(shown.answers),
        "choice": _LETTERS[shown.preferred] if shown.preferred else None,
        "why": for_browser(shown.why),
        "passed": shown.passed,
    }


def _screen(queue: RatingQueue, *, started: bool, finished: bool) -> str:
    stage = queue.stage
    if queue.read_only:
        return "elsewhere" if stage == "rate" and queue.current is None else stage
    if stage == "rate" and not started and queue.progress.done == 0:
        return "how"
    untouched = not any(one.answered for one in queue.guesses)
    return "last" if stage == "guess" and untouched and not finished else stage


def _content(queue: RatingQueue, screen: str) -> dict[str, Any]:
    study, plan = queue.study, queue.confirm.plan.rating
    data = plan.data or study.data
    match screen:
        case "consent":
            return {"consent": consent_view(study, queue.consent_form, data)}
        case "how":
            return {"form": plan.form, "masked": not plan.show_cue}
        case "rate":
            return _item(queue.current)
        case "guess":
            return _guess(queue)
        case "done":
            return {"next": plan.what_happens_next or study.what_happens_next}
        case "withdrawn":
            return {"kept_for": data.kept_for}
    return {}


def _item(shown: Shown | None) -> dict[str, Any]:
    if shown is None:
        return {"screen": "waiting", "key": "waiting"}
    return {
        "key": f"rate:{shown.item_id}",
        "item": {
            "id": shown.item_id,
            "form": shown.form,
            "position": shown.position,
            "of": shown.of,
            "title": for_browser(shown.title),
            "situation": for_browser(shown.situation),
            "prompt": _messages(shown.prompt),
            "replies": [for_browser(text) for text in shown.replies],
            "questions": [question_view(question) for question in shown.questions],
        },
    }


def _guess(queue: RatingQueue) -> dict[str, Any]:
    asked = queue.guesses
    number, due = next((n, one) for n, one in enumerate(asked, 1) if not one.answered)
    return {
        "key": f"guess:{due.item_id}",
        "guess": {
            "id": due.item_id,
            "position": number,
            "of": len(asked),
            "title": for_browser(due.title),
            "prompt": _messages(due.prompt),
            "reply": for_browser(due.reply),
            "letter": due.letter,
            "options": [
                {"number": n, "text": for_browser(text)} for n, text in enumerate(due.options, 1)
            ],
        },
    }


def _messages(prompt: tuple[dict[str, str], ...]) -> list[dict[str, str]]:
    return [{"role": turn["role"], "text": for_browser(turn["text"])} for turn in prompt]
