"""Frames of the confirm stage written by hand: judgments, choices and guesses, no record."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from toolkit.analysis import COLUMNS, Frames
from toolkit.analysis.frames import conform

AT = "2026-01-01T00:00:00Z"


def frames(
    ratings: Iterable[dict[str, Any]] = (),
    choices: Iterable[dict[str, Any]] = (),
    guesses: Iterable[dict[str, Any]] = (),
) -> Frames:
    """Frames with these rows and nothing else; what a row leaves out has a plain value."""
    made = {
        "item_ratings": [_rating(at, **row) for at, row in enumerate(ratings)],
        "choices": [_choice(at, **row) for at, row in enumerate(choices)],
        "guesses": [_guess(at, **row) for at, row in enumerate(guesses)],
    }
    return Frames(**{name: _frame(name, made.get(name, [])) for name in Frames._fields})


def crossed(
    raters: int, items: int, value: Any, *, per_rater: int | None = None
) -> list[dict[str, Any]]:
    """Every rater rates every item, or some in rotation; ``value(rater, item)`` is the rating."""
    rows = []
    for rater in range(raters):
        for place in range(per_rater or items):
            item = (rater * 2 + place) % items
            arm = ("reference", "swap")[item % 2]
            rows.append(
                {
                    "participant_id": f"p-{rater:02}",
                    "unit_id": f"u-{item:02}",
                    "contrast_id": f"c-{item // 2}",
                    "scenario_id": f"s-{item // 4}",
                    "arm": arm,
                    "persona_id": "ana" if arm == "swap" else "ref",
                    "position": place,
                    "value": value(rater, item),
                }
            )
    return rows


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    names = [one.name for one in COLUMNS[name]]  # type: ignore[index]
    return conform(name, pd.DataFrame(rows, columns=names))  # type: ignore[arg-type]


def _common(at: int, who: str) -> dict[str, Any]:
    return {
        "session_id": f"seat-{who}",
        "stage": "confirm",
        "simulated": False,
        "participant_id": who,
        "confirm_hash": "sha256:one",
        "item_id": f"item-{at}",
        "position": at,
        "purpose": "rating",
        "overlap": False,
        "contrast_id": "c-0",
        "scenario_id": "s-0",
        "origin": "planned",
        "cueing": "explicit",
        "endpoint_alias": "assistant",
        "replicate": 0,
        "at": AT,
    }


def _rating(at: int, participant_id: str = "p-00", **row: Any) -> dict[str, Any]:
    plain = {
        **_common(at, participant_id),
        "rating_id": f"rating-{at}",
        "unit_id": "u-00",
        "arm": "reference",
        "persona_id": "ref",
        "outcome": "answered",
        "question": "helpful",
        "dimension": "accuracy",
        "state": "rated",
        "value": 3,
        "comment": "",
    }
    if row.get("purpose", "rating") != "rating":
        plain["apart"] = row["purpose"]
    return {**plain, **row}


def _choice(
    at: int,
    participant_id: str = "p-00",
    persona: str = "ana",
    arm: str = "swap",
    reference: str = "ref",
    side: str = "left",
    preferred: str = "own",
    **row: Any,
) -> dict[str, Any]:
    """``preferred``: own, other, equal, neither; ``side`` is where the persona's reply stood."""
    contrast = row.get("contrast_id", "c-0")
    own = {"arm": arm, "persona_id": persona, "unit_id": f"u-{contrast}-{arm}-{persona}"}
    other = {"arm": "reference", "persona_id": reference, "unit_id": f"u-{contrast}-reference"}
    facing = {"left": "right", "right": "left"}[side]
    said = {"own": side, "other": facing}.get(preferred, preferred)
    better = {"own": own, "other": other}.get(preferred, {})
    return {
        **_common(at, participant_id),
        "choice_id": f"choice-{at}",
        **{f"{side}_{name}": value for name, value in own.items()},
        **{f"{facing}_{name}": value for name, value in other.items()},
        "preferred": said,
        **{f"preferred_{name}": value for name, value in better.items()},
        "why": "",
        **row,
    }


def _guess(at: int, participant_id: str = "p-00", **row: Any) -> dict[str, Any]:
    plain = {
        **_common(at, participant_id),
        "guess_id": f"guess-{at}",
        "unit_id": "u-01",
        "arm": "swap",
        "persona_id": "ana",
        "options": 4,
        "guessed": "ana" if row.get("state") == "right" else "ben",
        "state": "wrong",
    }
    return {**plain, **row}
