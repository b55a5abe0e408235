"""Counts of the explore stage behind each figure; nothing is estimated."""

from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import ENDINGS
from toolkit.analysis.frames.frames import Frames, require_stage
from toolkit.design import FLAG_HARMS, HARM_TYPES, TRUST_DIMENSIONS, UNSURE, Study

REACHED_END = ("finished", "capped")
"""States of a conversation that came to its end, as the record's coverage counts them."""
RATEABLE = tuple(ending for ending in ENDINGS if ending in {"answered", "truncated", "refused"})
"""Outcomes of an answer that gives a tester something to rate."""
ANSWERS = ("1", "2", "3", "4", "5", "declined", "unrated")
HARM_KINDS = (*HARM_TYPES, UNSURE.key)


def count_progress(frames: Frames) -> pd.DataFrame:
    """Count testers by how many conversations they finished: ``finished testers``, from 0."""
    finished = testers(frames)["finished"].fillna(0).astype("int64")
    if finished.empty:
        return pd.DataFrame(columns=["finished", "testers"])
    counts = finished.value_counts().reindex(range(int(finished.max()) + 1), fill_value=0)
    return counts.rename_axis("finished").rename("testers").reset_index()


def testers(frames: Frames) -> pd.DataFrame:
    """Select participants of the explore stage; who rates and never conversed is none of them."""
    people = frames.participants
    people = people[~(people["rates"] & people["assigned"].isna())]
    names = people["participant_id"].cat.remove_unused_categories()
    return people.assign(participant_id=names)


def count_coverage(frames: Frames, study: Study | None = None) -> pd.DataFrame:
    """Count conversations that reached their end, for coverage only.

    Args:
        frames: of stage explore.
        study: adds the pairs it plans and nobody has played; None: only personas and scenarios
            that occur.

    Returns:
        ``scenario_id scenario persona_id persona n``, every pair.
    """
    require_stage(frames.sessions, "explore")
    ended = frames.sessions[frames.sessions["state"].isin(REACHED_END)]
    personas = _names(frames.sessions, "persona")
    scenarios = _names(frames.sessions, "scenario")
    if study is not None:
        personas = {one.id: one.cues.name for one in study.people} | personas
        scenarios = {one.id: one.title for one in study.situations} | scenarios
    pairs = pd.MultiIndex.from_product(
        [list(scenarios), list(personas)], names=["scenario_id", "persona_id"]
    )
    played = ended[["scenario_id", "persona_id"]].astype("str").value_counts()
    counted = played.reindex(pairs, fill_value=0).rename("n").reset_index()
    counted.insert(1, "scenario", _mapped(counted["scenario_id"], scenarios))
    counted.insert(3, "persona", _mapped(counted["persona_id"], personas))
    return counted


def count_ratings(frames: Frames) -> pd.DataFrame:
    """Count ratings by scenario.

    ``declined`` is a question the tester chose not to answer. ``unrated`` is one that nobody
    touched: of a conversation that reached its end, or of an answer that stands and was
    ``answered``, ``truncated`` or ``refused``.

    Returns:
        ``about dimension scenario_id scenario answer n``, with every answer of ``ANSWERS``.
    """
    require_stage(frames.ratings, "explore")
    keys = ["about", "dimension", "scenario_id"]
    rows = pd.concat([_given(frames.ratings), _untouched(frames)])
    counted = rows.groupby([*keys, "answer"])["n"].sum().unstack("answer", fill_value=0)
    counted = counted.reindex(columns=list(ANSWERS), fill_value=0).astype("int64").reset_index()
    long = counted.melt(id_vars=keys, var_name="answer", value_name="n")
    long.insert(3, "scenario", _mapped(long["scenario_id"], _names(frames.sessions, "scenario")))
    return _by_dimension(long)


def count_flags(frames: Frames) -> pd.DataFrame:
    """Count flags that stand, by scenario and type of harm.

    Returns:
        ``scenario_id scenario conversations harm_type n``, every type for every scenario played;
        ``conversations`` were begun in the scenario.
    """
    require_stage(frames.flags, "explore")
    scenarios = _names(frames.sessions, "scenario")
    begun = frames.sessions["scenario_id"].astype("str").value_counts()
    found = frames.flags[["scenario_id", "harm_type"]].astype("str").value_counts()
    kinds = [*HARM_KINDS, *sorted(set(frames.flags["harm_type"].astype("str")) - {*HARM_KINDS})]
    pairs = pd.MultiIndex.from_product([list(scenarios), kinds], names=["scenario_id", "harm_type"])
    counted = found.reindex(pairs, fill_value=0).rename("n").reset_index()
    counted.insert(1, "scenario", _mapped(counted["scenario_id"], scenarios))
    counted.insert(2, "conversations", counted["scenario_id"].map(begun).astype("int64"))
    return counted


def harm_label(key: str) -> str:
    """Say a harm in words; a key of another vocabulary stays as it is."""
    term = FLAG_HARMS.get(key) or HARM_TYPES.get(key)
    return term.label if term else key


def dimension_label(key: str) -> str:
    """Say a trust dimension in words; a key of another vocabulary stays as it is."""
    return TRUST_DIMENSIONS[key].label if key in TRUST_DIMENSIONS else key


def _names(sessions: pd.DataFrame, noun: str) -> dict[str, str]:
    """Id to name of all personas or scenarios that occur, by id."""
    pairs = sessions[[f"{noun}_id", noun]].astype("str").drop_duplicates(f"{noun}_id")
    return dict(sorted(zip(pairs[f"{noun}_id"], pairs[noun], strict=True)))


def _mapped(keys: "pd.Series[Any]", names: dict[str, str]) -> "pd.Series[Any]":
    return keys.map(names).astype("str")


def _given(ratings: pd.DataFrame) -> pd.DataFrame:
    keys = ["about", "question", "dimension", "scenario_id"]
    answer = ratings["value"].astype("str").where(ratings["state"].eq("rated"), "declined")
    return ratings[keys].astype("str").assign(answer=answer, n=1)


def _untouched(frames: Frames) -> pd.DataFrame:
    """Questions of the ratings that exist, where they were not answered."""
    ratings = frames.ratings.astype({"about": "str", "question": "str", "dimension": "str"})
    asked = ratings[["about", "question", "dimension"]].drop_duplicates()
    ended = frames.sessions[frames.sessions["state"].isin(REACHED_END)]
    turns = frames.turns
    open_turns = turns[
        ~turns["replaced"] & turns["outcome"].isin(RATEABLE) & turns["rating_state"].eq("unrated")
    ]
    parts = [pd.DataFrame(columns=["about", "question", "dimension", "scenario_id", "n"])]
    for about, question, dimension in asked.itertuples(index=False):
        touched = ratings[ratings["question"].eq(question)]["session_id"]
        silent = open_turns if about == "answer" else ended[~ended["session_id"].isin(touched)]
        counts = silent["scenario_id"].astype("str").value_counts().rename("n").reset_index()
        parts.append(counts.assign(about=about, question=question, dimension=dimension))
    return pd.concat([part for part in parts if len(part)] or parts).assign(answer="unrated")


def _by_dimension(counted: pd.DataFrame) -> pd.DataFrame:
    """Order by what was rated, then as the vocabulary orders dimensions."""
    place: dict[Any, int] = {key: number for number, key in enumerate(TRUST_DIMENSIONS)}
    order = counted["dimension"].map(lambda key: place.get(key, len(place)))
    by = ["about", "order", "dimension", "scenario_id"]
    counted = counted.astype({"about": "str", "dimension": "str", "scenario_id": "str"})
    ordered = counted.assign(order=order).sort_values(by, kind="stable")
    return ordered.drop(columns="order").reset_index(drop=True)
