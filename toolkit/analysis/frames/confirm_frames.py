"""The frames of the confirm stage: rows joined to what they are about."""

import json
from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import ITEM_STATES, times
from toolkit.analysis.frames.columns import conform
from toolkit.analysis.frames.exclusions import KEPT, first_of, nothing, reply_apart
from toolkit.analysis.frames.record_tables import Tables, rated_or_declined
from toolkit.record import DECIDING_MASS

_ABOUT = [
    *("contrast_id", "scenario_id", "origin", "cueing", "endpoint_alias", "replicate"),
    *("arm", "persona_id", "outcome", "apart"),
]
_SIDES = ("left", "right")


def derive_confirm(kept: Tables, ends: pd.DataFrame) -> Tables:
    """Make the frames of the confirm stage, by name, from the tables of what is kept.

    Args:
        kept: the tables; ``passed`` holds every row of the record.
        ends: how sessions ended: ``session_id reason ended_at``.
    """
    replies = _replies(kept["replies"], kept["sweeps"])
    items = _items(kept, replies)
    made = {
        "replies": replies,
        "raters": _raters(kept["raters"], items, ends),
        "items": items,
        "item_ratings": _ratings(kept["item_ratings"], items),
        "choices": _choices(kept["choices"], items),
        "guesses": _guesses(kept["guesses"], items),
    }
    for name, rows in made.items():
        if "apart" in rows:
            made[name] = rows.assign(apart=rows["apart"].where(rows["apart"].ne(KEPT)))
    return {name: conform(name, rows) for name, rows in made.items()}


def _replies(rows: pd.DataFrame, sweeps: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values("order", kind="stable")
    rows = rows.assign(
        stage="confirm",
        characters=rows["text"].str.len(),
        replaced=rows.duplicated("unit_id", keep="last"),
        order=range(len(rows)),
        undecided=rows["decision_mass"].astype("float64").lt(DECIDING_MASS),
        refused=rows["outcome"].eq("refused"),
    )
    return rows.assign(decided=_decided(rows, sweeps), apart=reply_apart(rows))


def _decided(rows: pd.DataFrame, sweeps: pd.DataFrame) -> "pd.Series[float]":
    """Read the answer to be expected: 1 for the first listed, 0 for the last, even steps between.

    Missing where nothing was read, or where other words than these hold too much of the mass.
    """
    listed = dict(zip(sweeps["sweep_id"], sweeps["answers"], strict=True))
    read = rows[rows["decision"].notna() & ~rows["undecided"]]
    asked = zip(read["sweep_id"], read["contrast_id"], read["decision"], strict=True)
    values = [
        _expected(json.loads(masses), listed[sweep].get(contrast, ()))
        for sweep, contrast, masses in asked
    ]
    return pd.Series(values, index=read.index, dtype="float64").reindex(rows.index)


def _expected(masses: Mapping[str, float], words: Sequence[str]) -> float:
    if len(words) < 2:
        return nan
    total = sum(masses[word] for word in words)
    steps = sum(masses[word] * place for place, word in enumerate(reversed(words)))
    return steps / total / (len(words) - 1)


def _items(kept: Tables, replies: pd.DataFrame) -> pd.DataFrame:
    """Join each item to its rater and to the replies it shows."""
    about = replies[~replies["replaced"]].set_index("unit_id")[_ABOUT]
    items = _with_rater(kept["items"], kept["raters"])
    items = items.sort_values(["started", "position", "order"], kind="stable")
    first = items["unit_id"].fillna(items["left_unit_id"])
    shared = {name: first.map(about[name]) for name in _ABOUT[:6]}
    sides = {
        f"{side}_{name}": items[f"{side}_unit_id"].map(about[name])
        for side in _SIDES
        for name in ("arm", "persona_id", "apart")
    }
    alone = {name: items["unit_id"].map(about[name]) for name in ("arm", "persona_id", "outcome")}
    items = items.assign(**shared, **sides, **alone)
    reply = items["unit_id"].map(about["apart"]).replace(KEPT, None)
    reply = reply.fillna(items["left_apart"].replace(KEPT, None)).fillna(items["right_apart"])
    return _judged(items.assign(reply_apart=reply.fillna(KEPT)), kept)


def _judged(items: pd.DataFrame, kept: Tables) -> pd.DataFrame:
    """Say what became of each item, how long that took, and whether it is compared."""
    columns = ["item_id", "order", "at"]
    said = pd.concat([kept["item_ratings"][columns], kept["choices"][columns]])
    passed = kept["passed"][columns].sort_values("order").drop_duplicates("item_id", keep="last")
    last = pd.concat([said, passed]).sort_values("order").drop_duplicates("item_id", keep="last")
    state = pd.Series("unrated", index=items.index, dtype="str")
    state = state.mask(items["item_id"].isin(passed["item_id"]), "passed")
    state = state.mask(items["item_id"].isin(said["item_id"]), "rated")
    ended = times(items["item_id"].map(last.set_index("item_id")["at"]))
    seconds = (ended - times(items["at"])).dt.total_seconds()
    why = first_of(_purpose(items), passed=state.eq("passed"), unrated=state.eq("unrated"))
    return items.assign(
        state=state,
        seconds=seconds.where(state.ne("unrated")),
        apart=why.where(why.ne(KEPT), items["reply_apart"]),
    )


def _raters(rows: pd.DataFrame, items: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    ends = ends.drop_duplicates("session_id", keep="last").set_index("session_id")
    counted = pd.crosstab(items["session_id"], items["state"])
    counted = counted.reindex(index=rows["session_id"], columns=list(ITEM_STATES), fill_value=0)
    rows = rows.assign(
        stage="confirm",
        state=rows["session_id"].map(ends["reason"]).astype("object").fillna("in progress"),
        ended_at=rows["session_id"].map(ends["ended_at"]),
        **{name: counted[name].to_numpy() for name in ITEM_STATES},
    )
    return rows.sort_values(["seat", "holder", "order"], kind="stable")


def _ratings(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    joined = _with_item(rows, items)
    state = rated_or_declined(joined)
    why = first_of(_purpose(joined), declined=state.eq("declined"))
    return joined.assign(state=state, apart=why.where(why.ne(KEPT), joined["reply_apart"]))


def _choices(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    joined = _with_item(rows, items)
    one = joined["preferred"].isin(_SIDES)
    sides = _on_side(joined, joined["preferred"].eq("right"))
    better = {f"preferred_{name}": side.where(one) for name, side in sides.items()}
    why = _purpose(joined)
    return joined.assign(apart=why.where(why.ne(KEPT), joined["reply_apart"]), **better)


def _guesses(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    # Of a pair the swapped reply is meant, as raters were asked.
    joined = _with_item(rows, items)
    sides = _on_side(joined, joined["right_arm"].eq("swap") & joined["left_arm"].ne("swap"))
    joined = joined.assign(**{name: joined[name].fillna(side) for name, side in sides.items()})
    right = joined["guessed"].eq(joined["persona_id"])
    state = pd.Series("wrong", index=joined.index, dtype="str").mask(right, "right")
    state = state.mask(joined["guessed"].isna(), "cannot tell")
    return joined.assign(state=state.where(joined["persona_id"].notna()))


def _on_side(joined: pd.DataFrame, right: "pd.Series[bool]") -> dict[str, "pd.Series[Any]"]:
    """Tell of the reply on one side of each pair which it is, its arm and its persona."""
    return {
        name: joined[f"left_{name}"].mask(right, joined[f"right_{name}"])
        for name in ("unit_id", "arm", "persona_id")
    }


def _with_rater(items: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    marks = raters[["session_id", "participant_id", "simulated", "confirm_hash", "order"]]
    marks = marks.rename(columns={"order": "started"}).assign(stage="confirm")
    return items.merge(marks, on="session_id", how="inner")


def _with_item(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Join rows to their items, in the order of the items and then as they were kept."""
    items = items.drop(columns=["session_id", "at", "order"]).assign(place=range(len(items)))
    joined = rows.merge(items, on="item_id", how="inner")
    return joined.sort_values(["place", "order"], kind="stable")


def _purpose(items: pd.DataFrame) -> "pd.Series[str]":
    return first_of(
        nothing(items),
        attention=items["purpose"].eq("attention"),
        repeat=items["purpose"].eq("repeat"),
    )
