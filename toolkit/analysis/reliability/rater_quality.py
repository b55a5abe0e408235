"""Rater quality: repeats, known answers, drift, one answer to everything."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS, absorb
from toolkit.analysis.findings import ClusteredMean, clustered, columns_of, mean_over_raters

DRIFT_STEP = 10
"""Items a slope is told for."""
_BINS = 6


@dataclass(frozen=True, slots=True)
class Drift:
    """How ratings move over the sitting."""

    slope: ClusteredMean | None
    """Points per ``DRIFT_STEP`` items; None when it cannot be had."""
    table: pd.DataFrame
    """``from_position to_position adjusted low high ratings raters``: ratings by place in the
    list, after the levels of rater, contrast and arm; an interval where two raters or more."""
    says: str
    """Why there is no slope; empty when there is."""


def retest(rows: pd.DataFrame) -> pd.DataFrame:
    """Pair each repeated item's rating with the first one by the same rater.

    Args:
        rows: of ``Frames.item_ratings``, of one question.

    Returns:
        ``rater reply first second change items_between``, one row a repeat of which both were
        rated.
    """
    rated = rows[rows["value"].notna()]
    again = rated[rated["purpose"].eq("repeat")]
    before = rated[rated["purpose"].eq("rating")]
    pairs = again.merge(
        before[["item_id", "participant_id", "value", "position"]],
        left_on=["repeats", "participant_id"],
        right_on=["item_id", "participant_id"],
        suffixes=("", "_first"),
    )
    first = pairs["value_first"].to_numpy(dtype="float64")
    second = pairs["value"].to_numpy(dtype="float64")
    return pd.DataFrame(
        {
            "rater": pairs["participant_id"].astype("str").to_numpy(),
            "reply": pairs["unit_id"].to_numpy(),
            "first": first,
            "second": second,
            "change": second - first,
            "items_between": (pairs["position"] - pairs["position_first"]).to_numpy() - 1,
        }
    )


def attention(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the answers to items whose answer is known.

    Args:
        rows: of ``Frames.item_ratings``, of one question.

    Returns:
        ``rater answered passed declined``, one row a rater who was shown one.
    """
    shown = rows[rows["purpose"].eq("attention") & rows["expected"].notna()]
    said = shown["value"].notna()
    marks = pd.DataFrame(
        {
            "answered": said,
            "passed": said & shown["value"].eq(shown["expected"]).fillna(value=False),
            "declined": ~said,
        }
    ).astype("int64")
    return marks.groupby(shown["participant_id"].astype("str").rename("rater")).sum().reset_index()


def straight_lining(rows: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Count how often each rater gave one answer to all.

    Args:
        rows: of ``Frames.item_ratings``, of all questions.
        outcome: the question asked about.

    Returns:
        ``rater ratings distinct longest_run same_answer straight_items items``: ratings of the
        question, how many different ones, the longest run of equal ones in the order shown,
        whether all were equal (three or more), and how many of the items with several questions
        got one answer to all.
    """
    rated = rows[rows["value"].notna() & rows["purpose"].eq("rating")]
    rated = rated.sort_values(["participant_id", "position"], kind="stable")
    items = rated.groupby(["participant_id", "item_id"], observed=True)["value"].agg(
        ["nunique", "size"]
    )
    several = items[items["size"] >= 2]
    flat = several["nunique"].eq(1).groupby(level=0, observed=True).agg(["sum", "size"])
    names = ["rater", "ratings", "distinct", "longest_run", "same_answer"]
    made = []
    for name, own in rated[rated["question"].eq(outcome)].groupby("participant_id", observed=True):
        value = own["value"].to_numpy(dtype="float64")
        runs = np.diff(np.flatnonzero(np.diff(value, prepend=np.nan, append=np.nan)))
        distinct = len(np.unique(value))
        same = distinct == 1 and len(value) >= 3
        straight = (int(flat[count].get(name, 0)) for count in ("sum", "size"))
        made.append((str(name), len(value), distinct, int(runs.max()), same, *straight))
    return pd.DataFrame(made, columns=[*names, "straight_items", "items"])


def distributions(ratings: pd.DataFrame) -> pd.DataFrame:
    """Keep what was answered: how often each value, by item and by rater; nothing is merged.

    Args:
        ratings: ``item rater value``.

    Returns:
        ``of name value ratings``, where ``of`` is ``item`` or ``rater``; values that occurred.
    """
    by = {of: ratings.groupby([of, "value"], observed=True).size() for of in ("item", "rater")}
    counts = pd.concat(by, names=["of", "name", "value"])
    return counts.rename("ratings").reset_index()


def drift(rows: pd.DataFrame) -> Drift:
    """Estimate the slope of ratings on their place in the rater's list.

    Estimand: points per ``DRIFT_STEP`` items further down the list, for the same rater, contrast
    and arm. Assumes a straight line, raters drawn independently, and an order that was drawn.
    Least squares after sweeping out raters, contrasts and arm x persona; scores are summed within
    raters, SE^2 times G / (G - 1), t with G - 1 degrees of freedom.

    Args:
        rows: of ``Frames.item_ratings``, of one question and with nothing missing in ``value``.
    """
    rows = rows[rows["position"].notna()]
    rater, contrast = (pd.factorize(rows[one])[0] for one in ("participant_id", "contrast_id"))
    if len(set(rater)) < FEWEST_CLUSTERS:
        empty = _bins(rows, np.zeros(len(rows)))
        why = f"Fewer than {FEWEST_CLUSTERS} raters rated, so drift cannot be told."
        return Drift(None, empty, why)
    absorbed = absorb([rater, contrast], np.ones(len(rows)))
    arm = pd.factorize(rows["arm"].astype("str") + " " + rows["persona_id"].astype("str"))[0]
    arms = absorbed.sweep((arm[:, None] == np.arange(1, arm.max() + 1)).astype("float64"))
    value = absorbed.sweep(rows["value"].to_numpy(dtype="float64"))
    place = rows["position"].to_numpy(dtype="float64") / DRIFT_STEP
    left, rest = (_without(arms, one) for one in (absorbed.sweep(place), value))
    table = _bins(rows, rest)
    total = float(left @ left)
    if total <= 1e-9 * float(place @ place):
        says = (
            "Place in the list cannot be told from the rater, the contrast and the arm, so drift "
            "cannot be estimated."
        )
        return Drift(None, table, says)
    slope = float(left @ rest) / total
    scores = left * (rest - slope * left) / total
    return Drift(clustered(slope, scores, rater), table, "")


def _without(columns: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    if not columns.shape[1]:
        return numbers
    fitted, *_ = np.linalg.lstsq(columns, numbers, rcond=1e-10)
    left: np.ndarray = numbers - columns @ fitted
    return left


def _bins(rows: pd.DataFrame, adjusted: np.ndarray) -> pd.DataFrame:
    names = ["from_position", "to_position", "adjusted", "low", "high", "ratings", "raters"]
    position, rater = rows["position"].to_numpy(dtype="int64"), rows["participant_id"].to_numpy()
    made = []
    for places in filter(len, np.array_split(np.unique(position), _BINS)):
        here = np.isin(position, places)
        mean = mean_over_raters(adjusted[here], rater[here])
        shown = columns_of(mean.estimate() if mean else None).values()
        many = int(here.sum()), len(np.unique(rater[here]))
        made.append([int(places[0]), int(places[-1]), *shown, *many])
    return pd.DataFrame(made, columns=names)
