"""Frames of the explore stage: states, counts, and the marks of the conversation."""

from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import OUTCOMES, STATES, FrameName
from toolkit.analysis.frames.columns import conform
from toolkit.analysis.frames.tables import Tables

_MARKS = ["session_id", "stage", "simulated", "participant_id", "scenario_id", "scenario"]


def derive_sessions(kept: Tables) -> pd.DataFrame:
    """Make the frame of conversations from the tables of what is kept."""
    ends = kept.ends.drop_duplicates("session_id", keep="last")
    sessions = kept.sessions.merge(ends, on="session_id", how="left")
    sessions = sessions.sort_values(["started_at", "session_id"], kind="stable")
    sessions = sessions.assign(
        scenario=_newest(sessions, "scenario_id", "scenario"),
        persona=_newest(sessions, "persona_id", "persona"),
        state=sessions["reason"].fillna("in progress"),
        minutes=_minutes(sessions),
    )
    return conform("sessions", sessions.join(_counts(kept), on="session_id"))


def derive_participants(kept: Tables, sessions: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    """Make the frame of participants.

    Args:
        kept: the tables of what is kept.
        sessions: the finished frame of conversations.
        raters: every seat taken, the table as read.
    """
    people = kept.participants.sort_values(["seat", "participant_id"], kind="stable")
    who = sessions["participant_id"].astype("str")
    states = pd.crosstab(who, sessions["state"].astype("str"))
    of = kept.sessions.sort_values(["started_at", "session_id"]).groupby("participant_id")["of"]
    people = people.assign(
        consented=people["participant_id"].isin(kept.consents["participant_id"]),
        rates=people["participant_id"].isin(raters["participant_id"]),
        assigned=people["participant_id"].map(of.last()),
        **{_name(state): _looked_up(people["participant_id"], states, state) for state in STATES},
    )
    begun = people[[_name(state) for state in STATES]].sum(axis=1)
    return conform(
        "participants", people.assign(not_begun=(people["assigned"] - begun).clip(lower=0))
    )


def derive_turns(kept: Tables, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the frame of turns, each answer with its rating and its flags.

    Args:
        kept: the tables of what is kept.
        sessions: the finished frame of conversations, whose marks and order the turns take.
    """
    quick = kept.ratings[kept.ratings["turn_id"].notna()].drop_duplicates("turn_id", keep="last")
    value = quick.set_index("turn_id")["value"]
    turns = kept.turns
    is_answer = turns["outcome"].notna()
    rating = turns["turn_id"].map(value)
    state = pd.Series("unrated", index=turns.index, dtype="str")
    state = state.mask(turns["turn_id"].isin(value.index), "declined").mask(rating.notna(), "rated")
    flags = turns["turn_id"].map(kept.flags.groupby("turn_id").size())
    turns = turns.assign(
        characters=turns["text"].str.len(),
        replaced=turns["turn_id"].isin(turns["supersedes"].dropna()),
        rating=rating,
        rating_state=state.where(is_answer),
        flags=flags.fillna(0).where(is_answer),
    )
    return _marked("turns", turns, sessions, ["number"])


def derive_ratings(kept: Tables, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the frame of ratings, of answers and of whole conversations.

    Args:
        kept: the tables of what is kept.
        sessions: the finished frame of conversations, whose marks and order the ratings take.
    """
    ratings = kept.ratings
    about = pd.Series("conversation", index=ratings.index, dtype="str")
    state = pd.Series("declined", index=ratings.index, dtype="str")
    ratings = ratings.assign(
        about=about.mask(ratings["turn_id"].notna(), "answer"),
        state=state.mask(ratings["value"].notna(), "rated"),
    )
    return _marked("ratings", ratings, sessions, ["at", "rating_id"])


def derive_flags(kept: Tables, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the frame of flags, each with the type of its harm.

    Args:
        kept: the tables of what is kept.
        sessions: the finished frame of conversations, whose marks and order the flags take.
    """
    harm_type = kept.flags["harm"].astype("str").str.split(".", n=1).str[0]
    return _marked("flags", kept.flags.assign(harm_type=harm_type), sessions, ["at", "flag_id"])


def _marked(
    frame: FrameName, rows: pd.DataFrame, sessions: pd.DataFrame, then_by: list[str]
) -> pd.DataFrame:
    """Add the conversation's marks, and order the rows as the conversations are."""
    marks = sessions[_MARKS].assign(order=range(len(sessions)))
    rows = rows.assign(session_id=rows["session_id"].astype("str"))
    marked = rows.merge(marks, on="session_id", how="inner")
    return conform(frame, marked.sort_values(["order", *then_by], kind="stable"))


def _newest(sessions: pd.DataFrame, key: str, title: str) -> "pd.Series[Any]":
    """One title a key: if it was reworded on the way, the newest."""
    return sessions[key].map(sessions.groupby(key)[title].last())


def _minutes(sessions: pd.DataFrame) -> "pd.Series[Any]":
    begun, ended = (
        pd.to_datetime(sessions[name], utc=True, format="ISO8601")
        for name in ("started_at", "ended_at")
    )
    return (ended - begun).dt.total_seconds() / 60


def _counts(kept: Tables) -> pd.DataFrame:
    """Count what belongs to each conversation, one row a conversation."""
    turns, ratings = kept.turns, kept.ratings
    replaced = turns["turn_id"].isin(turns["supersedes"].dropna())
    stands = turns[~replaced]
    rated = ratings[ratings["value"].notna()]
    parts = {
        "messages": turns[turns["speaker"].eq("tester")],
        **{outcome: stands[stands["outcome"].eq(outcome)] for outcome in OUTCOMES},
        "replaced": turns[replaced],
        "answers_rated": rated[rated["turn_id"].notna()].drop_duplicates("turn_id"),
        "questions_rated": rated[rated["turn_id"].isna()],
        "flags": kept.flags,
    }
    index = pd.Index(kept.sessions["session_id"], dtype="str")
    counted = {
        name: part["session_id"].astype("str").value_counts() for name, part in parts.items()
    }
    return pd.DataFrame({n: c.reindex(index, fill_value=0) for n, c in counted.items()})


def _looked_up(keys: "pd.Series[Any]", table: pd.DataFrame, column: str) -> "pd.Series[Any]":
    if column not in table:
        return pd.Series(0, index=keys.index)
    return keys.map(table[column]).fillna(0)


def _name(state: str) -> str:
    return state.replace(" ", "_")
