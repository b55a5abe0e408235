"""Frames of the explore stage: states, counts, and the marks of the conversation."""

from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import ENDINGS, STATES, times
from toolkit.analysis.frames.columns import conform
from toolkit.analysis.frames.record_tables import Tables, rated_or_declined

_MARKS = ["session_id", "stage", "simulated", "participant_id", "scenario_id", "scenario"]


def derive_explore(kept: Tables, raters: pd.DataFrame) -> Tables:
    """Make the frames of the explore stage, by name, from the tables of what is kept.

    Args:
        kept: the tables of what is kept.
        raters: every seat taken, the table as read.
    """
    sessions = _sessions(kept)
    return {
        "participants": _participants(kept, sessions, raters),
        "sessions": sessions,
        "turns": _marked("turns", _turns(kept), sessions, ["number"]),
        "ratings": _marked("ratings", _ratings(kept["ratings"]), sessions, ["at", "rating_id"]),
        "flags": _marked("flags", _flags(kept["flags"]), sessions, ["at", "flag_id"]),
    }


def _sessions(kept: Tables) -> pd.DataFrame:
    ends = kept["ends"].drop_duplicates("session_id", keep="last")
    sessions = kept["sessions"].merge(ends, on="session_id", how="left")
    sessions = sessions.sort_values(["started_at", "session_id"], kind="stable")
    sessions = sessions.assign(
        scenario=_newest(sessions, "scenario_id", "scenario"),
        persona=_newest(sessions, "persona_id", "persona"),
        state=sessions["reason"].astype("object").fillna("in progress"),
        minutes=(times(sessions["ended_at"]) - times(sessions["started_at"])).dt.total_seconds()
        / 60,
    )
    return conform("sessions", sessions.join(_counts(kept), on="session_id"))


def _participants(kept: Tables, sessions: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    people = kept["participants"].sort_values(["seat", "participant_id"], kind="stable")
    who = sessions["participant_id"].astype("str")
    states = pd.crosstab(who, sessions["state"].astype("str"))
    states = states.reindex(index=people["participant_id"], columns=list(STATES), fill_value=0)
    begun = kept["sessions"].sort_values(["started_at", "session_id"])
    assigned = people["participant_id"].map(begun.groupby("participant_id")["of"].last())
    people = people.assign(
        consented=people["participant_id"].isin(kept["consents"]["participant_id"]),
        rates=people["participant_id"].isin(raters["participant_id"]),
        assigned=assigned,
        not_begun=(assigned - states.sum(axis=1).to_numpy()).clip(lower=0),
        **{state.replace(" ", "_"): states[state].to_numpy() for state in STATES},
    )
    return conform("participants", people)


def _turns(kept: Tables) -> pd.DataFrame:
    """Say of each answer how it was rated, and how often flagged."""
    turns, ratings = kept["turns"], kept["ratings"]
    quick = ratings[ratings["turn_id"].notna()].drop_duplicates("turn_id", keep="last")
    value = quick.set_index("turn_id")["value"]
    is_answer = turns["outcome"].notna()
    rating = turns["turn_id"].map(value)
    state = pd.Series("unrated", index=turns.index, dtype="str")
    state = state.mask(turns["turn_id"].isin(value.index), "declined").mask(rating.notna(), "rated")
    flags = turns["turn_id"].map(kept["flags"].groupby("turn_id").size())
    return turns.assign(
        characters=turns["text"].str.len(),
        replaced=turns["turn_id"].isin(turns["supersedes"].dropna()),
        rating=rating,
        rating_state=state.where(is_answer),
        flags=flags.fillna(0).where(is_answer),
    )


def _ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    about = pd.Series("conversation", index=ratings.index, dtype="str")
    return ratings.assign(
        about=about.mask(ratings["turn_id"].notna(), "answer"), state=rated_or_declined(ratings)
    )


def _flags(flags: pd.DataFrame) -> pd.DataFrame:
    return flags.assign(harm_type=flags["harm"].astype("str").str.split(".", n=1).str[0])


def _marked(
    frame: str, rows: pd.DataFrame, sessions: pd.DataFrame, then_by: list[str]
) -> pd.DataFrame:
    """Add the conversation's marks, and order the rows as the conversations are."""
    marks = sessions[_MARKS].assign(place=range(len(sessions)))
    rows = rows.assign(session_id=rows["session_id"].astype("str"))
    marked = rows.merge(marks, on="session_id", how="inner")
    return conform(frame, marked.sort_values(["place", *then_by], kind="stable"))


def _newest(sessions: pd.DataFrame, key: str, title: str) -> "pd.Series[Any]":
    """One title a key: if it was reworded on the way, the newest."""
    return sessions[key].map(sessions.groupby(key)[title].last())


def _counts(kept: Tables) -> pd.DataFrame:
    """Count what belongs to each conversation, one row a conversation."""
    turns, ratings = kept["turns"], kept["ratings"]
    replaced = turns["turn_id"].isin(turns["supersedes"].dropna())
    stands = turns[~replaced]
    rated = ratings[ratings["value"].notna()]
    parts = {
        "messages": turns[turns["speaker"].eq("tester")],
        **{ending: stands[stands["outcome"].eq(ending)] for ending in ENDINGS},
        "replaced": turns[replaced],
        "answers_rated": rated[rated["turn_id"].notna()].drop_duplicates("turn_id"),
        "questions_rated": rated[rated["turn_id"].isna()],
        "flags": kept["flags"],
    }
    index = pd.Index(kept["sessions"]["session_id"], dtype="str")
    counted = {
        name: part["session_id"].astype("str").value_counts() for name, part in parts.items()
    }
    return pd.DataFrame({n: c.reindex(index, fill_value=0) for n, c in counted.items()})
