"""Scenarios or raters that an equivalence test would need.

The question is planned for, not looked up: how large must the study be for 80 % power to conclude
*equivalent* within the margin if the truth is 0? What is taken from the data is how much varies
between scenarios, between raters and within both, never the effect that was seen.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scipy import stats

from toolkit.analysis.engine import Effects

POWER = 0.8
Chance = Callable[[float, float], float]
"""Power with so many scenarios and raters."""
_MOST = 2000
"""More than so many times the scenarios or raters is as good as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Variance of an estimate, by what it would shrink with, each piece corrected for bias."""

    scenario: float
    """Shrinks with scenarios alone."""
    rater: float
    """Shrinks with raters alone."""
    rest: float
    """Shrinks with either, since either brings more observations."""
    scenarios: int
    raters: int
    """0 without raters."""
    df_scenarios: float
    """Degrees of freedom of what varies between scenarios; they grow with one less than these."""
    df_raters: float = 0.0
    """Likewise of raters; 0 without them."""

    def se(self, scenarios: float, raters: float) -> float:
        """Standard error with so many of each, every one as busy as those there are."""
        more = scenarios / self.scenarios
        others = raters / self.raters if self.raters else 1.0
        variance = self.scenario / more + self.rater / others + self.rest / (more * others)
        return float(variance**0.5)

    def df(self, scenarios: float, raters: float) -> float:
        """Degrees of freedom with so many of each: the fewer."""
        of_scenarios = self.df_scenarios * (scenarios - 1) / (self.scenarios - 1)
        if not self.raters:
            return of_scenarios
        return min(of_scenarios, self.df_raters * (raters - 1) / (self.raters - 1))

    def power(self, scenarios: float, raters: float, *, margin: float, alpha: float) -> float:
        """Probability of concluding equivalent within ``margin`` if the truth is 0."""
        se, df = self.se(scenarios, raters), self.df(scenarios, raters)
        room = margin / se - float(stats.t.ppf(1 - alpha, df)) if se > 0 else float("inf")
        return max(0.0, 2 * float(stats.t.cdf(room, df)) - 1)

    def shows(self, scenarios: float, raters: float, *, margin: float, alpha: float) -> float:
        """Probability of saying that it differs if the truth is ``margin``."""
        se, df = self.se(scenarios, raters), self.df(scenarios, raters)
        room = margin / se - float(stats.t.ppf(1 - alpha / 2, df)) if se > 0 else float("inf")
        return float(stats.t.cdf(room, df))


def pieces(effects: Effects, index: int) -> Pieces:
    """Split an effect's variance into what each kind of cluster adds beyond single observations.

    With as many scenarios and raters as there are, they add up to the variance of the primary test.

    Args:
        effects: of one design, see ``clustered``.
        index: an effect that was tested.
    """
    fix, rated = effects.corrections, effects.rated
    of_scenarios = float(fix.scenarios.of(effects.of_scenarios)[index])
    of_raters = float(fix.raters.of(effects.of_raters)[index]) if rated else 0.0
    of_cells = float(fix.cells.of(effects.of_cells)[index]) if rated else 0.0
    beyond = max(of_scenarios + of_raters - 2 * of_cells, 0.0)
    by_scenario = min(max(of_scenarios - of_cells, 0.0), beyond)
    return Pieces(
        scenario=by_scenario,
        rater=beyond - by_scenario,
        rest=of_cells,
        scenarios=int(effects.scenarios[index]),
        raters=int(effects.raters[index]) if rated else 0,
        df_scenarios=max(float(fix.scenarios.df[index]), 1.0),
        df_raters=max(float(fix.raters.df[index]), 1.0) if rated else 0.0,
    )


def needed(known: Pieces, *, margin: float, alpha: float, one_sided: str = "") -> str:
    """Say how many more scenarios or raters would do: to show none, and to show a difference.

    Args:
        known: of an effect that was tested.
        margin: the largest difference that would not matter.
        alpha: error rate of either test.
        one_sided: what is concluded where one side alone matters, such as ``not worse``; it takes
            as much as to show a difference as large as the margin.
    """
    if one_sided:
        aim = f"80 % power to conclude {one_sided} by {margin:g} or more if the truth is 0"
        return _needed(known, partial(known.shows, margin=margin, alpha=alpha), aim)
    none = f"80 % power to conclude equivalent within {margin:g} if the truth is 0"
    some = f"80 % power to show a difference if it is {margin:g}"
    chances = ((known.power, none), (known.shows, some))
    return " ".join(
        _needed(known, partial(chance, margin=margin, alpha=alpha), aim) for chance, aim in chances
    )


def _needed(known: Pieces, chance: Chance, aim: str) -> str:
    ways = [("scenario", _more(known, chance, scenarios=True))]
    if known.raters:
        ways.append(("rater", _more(known, chance, scenarios=False)))
    found = [(noun, number) for noun, number in ways if number is not None]
    if not found and known.raters:
        return (
            f"Neither more scenarios nor more raters alone would give {aim}; more of both are "
            "needed."
        )
    if not found:
        return f"No number of scenarios would give {aim}."
    if all(number == 0 for _, number in found):
        return f"As large as it is, the study had {aim}."
    said = " or ".join(
        f"{number} more {noun if number == 1 else noun + 's'}" for noun, number in found
    )
    lacking = [noun for noun, number in ways if number is None]
    alone = f"; more {lacking[0]}s alone would not" if lacking else ""
    return f"About {said} like those there are would give {aim}{alone}."


def _more(known: Pieces, chance: Chance, *, scenarios: bool) -> int | None:
    """Find the smallest number to add, by bisection; None when none is enough."""

    def enough(added: int) -> bool:
        s = known.scenarios + (added if scenarios else 0)
        r = known.raters + (0 if scenarios else added)
        return chance(s, r) >= POWER

    most = _MOST * (known.scenarios if scenarios else known.raters)
    added = bisect_left(range(most + 1), True, key=enough)
    return added if added <= most else None
