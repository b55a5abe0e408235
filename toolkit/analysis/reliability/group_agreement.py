"""Agreement within a group of raters, against that with raters of other groups."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS, interval
from toolkit.analysis.findings import Estimate, columns_of
from toolkit.analysis.reliability.items_by_raters import ItemsByRaters, Level
from toolkit.design import PRIVACY_MINIMUM

WITHIN, ACROSS = "within groups", "across groups"
_TABLE = ["compared", "agreement", "low", "high", "pairs", "items", "raters"]
_FEW = (
    f"Fewer than {FEWEST_CLUSTERS} items can be compared, so no interval can be given and "
    "nothing is shown."
)


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """Whether raters agree more with their own group than with others."""

    difference: Estimate | None
    """Agreement within groups minus across groups; above 0: groups see it differently."""
    p: float | None
    """Of the sharp null that groups make no difference, by exchanging them among raters."""
    table: pd.DataFrame
    """``compared agreement low high pairs items raters``: within, across, each group and each
    pair of groups; nothing missing."""
    says: str
    """Why there is no difference, or what is not shown; empty otherwise."""


def group_agreement(
    items: ItemsByRaters,
    groups: Mapping[str, str] | None,
    *,
    level: Level,
    seed: int,
    draws: int = 1000,
) -> GroupAgreement:
    """Compare agreement within and across groups of raters.

    Estimand: A_within - A_across with A = 1 - D / D_e: D the mean squared difference of pairs of
    ratings of one item, by raters of one group or of two; D_e that of any two ratings. A pair
    weighs 1 / (m - 1) when m raters judged its item, as in Krippendorff's alpha, so that without
    groups A is alpha but for its small-sample factor.

    Assumptions: items and raters are samples, crossed; D_e and mid-ranks are those of the whole
    table and taken as known. Two pairs are dependent when they share an item or a rater, so with
    u what a pair adds, V_i sums u within items, V_r within raters (each pair under both, its own
    dyad once; P. M. Aronow, C. Samii and V. A. Assenova 2015, Political Analysis 23, 564-577)
    and V_ir within both: SE^2 = max(V_i, V_r, V_i + V_r - V_ir) G / (G - 1), t with G - 1 degrees
    of freedom, G the fewer of items and raters. The p exchanges groups among raters.

    Args:
        items: arranged ratings.
        groups: rater to group; raters without one are left out; None: groups are not known.
        level: which differences count.
        seed: of the exchanges.
        draws: exchanges.
    """
    if not groups:
        return _none(
            "The record says nothing of groups of raters, so agreement within and across groups "
            "cannot be told; pass groups= to compare them."
        )
    pairs = _Pairs(items, groups, level)
    if why := pairs.nothing():
        return _none(why)
    same = pairs.same(pairs.group)
    names, sizes = np.unique(pairs.group.astype(str), return_counts=True)
    shown = names[sizes >= PRIVACY_MINIMUM]
    table = _table(pairs, same, shown)
    value, scores = pairs.gap(same), pairs.scores(same) - pairs.scores(~same)
    estimate = pairs.estimate(value, scores, np.ones_like(same))
    if estimate is None:
        return GroupAgreement(None, None, table, _FEW)
    says = (
        f"Groups of fewer than {PRIVACY_MINIMUM} raters are not shown by themselves: "
        f"{len(names) - len(shown)} of {len(names)}."
    )
    p = _exchanged(pairs, value, np.random.default_rng(seed), draws)
    return GroupAgreement(estimate, p, table, says if len(shown) < len(names) else "")


class _Pairs:
    """Pairs of ratings of one item by two raters whose groups are known."""

    def __init__(self, items: ItemsByRaters, groups: Mapping[str, str], level: Level) -> None:
        rows = items.compared.astype({"rater": "str"})
        rows = rows[rows["rater"].isin(groups)]
        names, rater = np.unique(rows["rater"].to_numpy(dtype="str"), return_inverse=True)
        self.group = np.array([groups[name] for name in names], dtype=object)
        rows = pd.DataFrame(
            {
                "item": pd.factorize(rows["item"])[0],
                "rater": rater,
                "code": np.searchsorted(items.values, rows["value"].to_numpy()),
            }
        )
        size = rows.groupby("item")["rater"].transform("size")
        rows = rows[size >= 2].assign(share=1 / (size[size >= 2] - 1))
        both = rows.merge(rows.drop(columns="share"), on="item", suffixes=("", "_other"))
        both = both[both["rater"] < both["rater_other"]]
        counts = np.bincount(rows["code"], minlength=len(items.values))
        distance = _distances(items.values, counts, level)
        self.chance = float(counts @ distance @ counts / max(len(rows), 1) ** 2)
        self.squared = distance[both["code"], both["code_other"]]
        self.weight, self.item = both["share"].to_numpy(), both["item"].to_numpy()
        self.one, self.two = both["rater"].to_numpy(), both["rater_other"].to_numpy()

    def nothing(self) -> str:
        """Say why nothing can be compared; empty when something can."""
        if not len(self.item):
            return (
                "No item was judged by two raters whose groups are known, so agreement within and "
                "across groups cannot be told."
            )
        if self.chance == 0:
            return "Every rating of an item that two rated is the same, so groups agree alike."
        same = self.same(self.group)
        if same.any() and not same.all():
            return ""
        missing = "two groups" if same.all() else "one group"
        return (
            f"No item was judged by two raters of {missing}, so agreement within and across "
            "groups cannot be compared."
        )

    def same(self, group: np.ndarray) -> np.ndarray:
        """Whether both raters of each pair are of one group."""
        alike: np.ndarray = group[self.one] == group[self.two]
        return alike

    def agreement(self, mask: np.ndarray) -> float:
        weight = self.weight[mask]
        return float(1 - (weight @ self.squared[mask]) / weight.sum() / self.chance)

    def gap(self, same: np.ndarray) -> float:
        return self.agreement(same) - self.agreement(~same)

    def scores(self, mask: np.ndarray) -> np.ndarray:
        """What each pair adds to the agreement of those in the mask."""
        weight = self.weight * mask
        mean = (weight @ self.squared) / weight.sum()
        added: np.ndarray = -weight * (self.squared - mean) / weight.sum() / self.chance
        return added

    def estimate(self, value: float, scores: np.ndarray, kept: np.ndarray) -> Estimate | None:
        """Give what some pairs come to its interval; None when it rests on too few."""
        u, item, one, two = (by[kept] for by in (scores, self.item, self.one, self.two))
        fewer = min(len(np.unique(item)), len(np.union1d(one, two)))
        if fewer < FEWEST_CLUSTERS:
            return None
        raters = len(self.group)
        both, twice = np.concatenate([one, two]), np.concatenate([u, u])
        of_items = _squared_sums(item, u)
        of_raters = _squared_sums(both, twice) - _squared_sums(one * raters + two, u)
        cell = np.concatenate([item, item]) * raters + both
        of_cells = _squared_sums(cell, twice) - float(u @ u)
        variance = max(of_items, of_raters, of_items + of_raters - of_cells) * fewer / (fewer - 1)
        low, high = interval(value, float(np.sqrt(variance)), fewer - 1)
        return Estimate(value=value, low=low, high=high)


def _distances(values: np.ndarray, counts: np.ndarray, level: Level) -> np.ndarray:
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    scores = values if level == "interval" else np.cumsum(counts) - counts / 2
    squared: np.ndarray = (scores[:, None] - scores[None, :]) ** 2
    return squared


def _table(pairs: _Pairs, same: np.ndarray, shown: np.ndarray) -> pd.DataFrame:
    """Agreement within and across groups, and of each group and pair of groups that is shown."""
    masks = {WITHIN: same, ACROSS: ~same}
    of = pairs.group[np.array([pairs.one, pairs.two])]
    for place, one in enumerate(shown):
        masks[f"within {one}"] = (of == one).all(axis=0)
        for other in shown[place + 1 :]:
            masks[f"{one} with {other}"] = (of == one).any(axis=0) & (of == other).any(axis=0)
    made = []
    for name, mask in masks.items():
        if not mask.any():
            continue
        shown_as = pairs.estimate(pairs.agreement(mask), pairs.scores(mask), mask)
        if shown_as:
            ends = columns_of(shown_as, "agreement").values()
            raters = np.union1d(pairs.one[mask], pairs.two[mask])
            counts = int(mask.sum()), len(np.unique(pairs.item[mask])), len(raters)
            made.append((name, *ends, *counts))
    return pd.DataFrame(made, columns=_TABLE)


def _squared_sums(group: np.ndarray, u: np.ndarray) -> float:
    sums = np.bincount(np.unique(group, return_inverse=True)[1], weights=u)
    return float(sums @ sums)


def _exchanged(pairs: _Pairs, value: float, rng: np.random.Generator, draws: int) -> float:
    """Two-sided Monte-Carlo p: how often groups given at random differ as much."""
    reached = total = 0
    for _ in range(draws):
        same = pairs.same(rng.permutation(pairs.group))
        if same.any() and not same.all():
            total += 1
            reached += abs(pairs.gap(same)) >= abs(value) - 1e-12
    return (reached + 1) / (total + 1)


def _none(says: str) -> GroupAgreement:
    return GroupAgreement(None, None, pd.DataFrame(columns=_TABLE), says)
