"""Type-I error, coverage and power of the primary test in a study's own design.

A study's own design is filled with answers that spread as its own do, once with no effect and once
with one that is planted. What the test then says is counted. Whoever reads a report can so see
whether its error rates hold *here*, and what it could not have seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.findings import Estimate, columns_of
from toolkit.analysis.frames import Observations
from toolkit.analysis.power.calibrated_truth import calibrated_truth
from toolkit.analysis.power.latent_answers import Truth, reach, scale_of
from toolkit.analysis.power.power import ALPHA, Power, power
from toolkit.analysis.power.simulated_design import Design, design_of
from toolkit.errors import AnalysisError

_USUAL = {"likert": 0.5, "preference": 0.2, "binary": 0.1}
_GRID = (0.5, 1.0, 1.5, 2.0, 3.0)
"""Effects that are simulated, as multiples of the one planted."""


@dataclass(frozen=True, slots=True)
class Selfcheck:
    """What was found by simulating a study's own design."""

    table: pd.DataFrame = field(repr=False)
    """One row a figure: ``figure``, ``at`` (the true effect), ``value``, ``low``, ``high``,
    ``level``, ``wanted`` (in words; empty where nothing is), ``reads`` (``as wanted``, ``not as
    wanted`` when the Monte-Carlo interval lies wholly outside, or empty), ``simulations``."""
    by_persona: pd.DataFrame = field(repr=False)
    """The same figures for every single persona, as ``Power.table`` has them."""
    truth: Truth
    """How answers came about, without the planted effect."""
    effect: float
    """The planted one, on the outcome's own scale."""
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*(_line(row) for _, row in self.table.iterrows()), *self.notes])


def selfcheck(
    study: Observations | Design,
    *,
    simulations: int,
    seed: int,
    truth: Truth | None = None,
    effect: float | None = None,
    margin: float | None = None,
) -> Selfcheck:
    """Simulate a study's own design and count what its primary test says.

    Args:
        study: its observations, or its design before there are any. Contrasts lifted from leads
            are left out where there are planned ones, as they are tested by themselves.
        simulations: of each true effect.
        seed: of the draws.
        truth: how answers come about; default: as those of ``study`` spread (``calibrated_truth``),
            or for a design what ``Truth`` assumes. Its effects are not read.
        effect: planted on every persona, on the outcome's own scale; default: half a point, or a
            net fifth of preferences, or a tenth of yes-or-no answers, towards where there is room.
        margin: the study's; without it nothing is called equivalent.

    Raises:
        AnalysisError: if there is no persona to compare, too few simulations, answers that do not
            differ, or an effect that answers cannot show.
    """
    observed = study if isinstance(study, Observations) else None
    design = (design_of(study) if isinstance(study, Observations) else study).in_general
    if not design.swaps:
        raise AnalysisError(
            "selfcheck: got a design without a swap arm; wanted personas that are compared with a "
            "reference. Check the column 'arm'."
        )
    known = truth or (calibrated_truth(observed) if observed else Truth())
    known = known.with_effects({})
    planted = effect if effect is not None else _usual(design, known)
    found = power(
        design,
        known,
        effects=[0.0, *_grid(design, known, planted)],
        simulations=simulations,
        seed=seed,
        margin=margin,
    )
    of_any = found.table[found.table["arm"].eq("each persona")]
    if not of_any["says"].eq("covers").any():
        raise AnalysisError(
            f"selfcheck: got a design of {design.frame['rater'].nunique()} raters and "
            f"{design.frame['scenario'].nunique()} scenarios in which no persona can be tested; "
            "wanted one seen by two raters in two scenarios. Rate more first."
        )
    return Selfcheck(
        table=pd.DataFrame(_rows(found, planted)).assign(simulations=simulations),
        by_persona=found.table[~found.table["arm"].isin(["each persona", "any persona"])],
        truth=known,
        effect=planted,
        notes=tuple(_notes(found, observed, truth)),
    )


def _usual(design: Design, truth: Truth) -> float:
    scale, _ = scale_of(design, truth)
    low, high = reach(design, truth, design.swaps[0])
    if scale == "number":
        return -0.5 * truth.noise_sd
    size = min(_USUAL[scale], 0.5 * max(-low, high))
    return -size if -low >= high else size


def _grid(design: Design, truth: Truth, effect: float) -> list[float]:
    """Multiples of the effect that answers can show."""
    low, high = reach(design, truth, design.swaps[0])
    room = 0.95 * (high if effect > 0 else -low)
    return [effect * times for times in _GRID if abs(effect * times) < room or times == 1]


def _rows(found: Power, planted: float) -> Iterator[dict[str, object]]:
    most, least = f"at most {100 * ALPHA:g} %", f"{100 - 100 * ALPHA:g} %"
    error = found.share("differs", 0.0)
    yield _row("type-I error", 0.0, error, most, outside=error.low > ALPHA)
    if found.family > 1:
        name = f"error over {found.family} personas (Holm)"
        error = found.share("differs in its family", 0.0, "any persona")
        yield _row(name, 0.0, error, most, outside=error.low > ALPHA)
    for effect in (0.0, planted):
        held, name = found.share("covers", effect), f"coverage of the {least} interval"
        yield _row(name, effect, held, f"at least {least}", outside=held.high < 1 - ALPHA)
    yield _row("power", planted, found.share("differs", planted))
    size = found.detectable()
    largest = float(found.table["effect"].abs().max())
    beyond = Estimate(value=np.inf, low=largest, high=np.inf, level=held.level)
    yield _row("smallest effect seen with 80 % power", None, size or beyond)
    if found.margin is not None:
        yield _row("chance to conclude equivalent", 0.0, found.share("equivalent", 0.0))


def _row(
    figure: str, at: float | None, share: Estimate, wanted: str = "", *, outside: bool = False
) -> dict[str, object]:
    reads = "" if not wanted else "not as wanted" if outside else "as wanted"
    return {
        "figure": figure,
        "at": at,
        **columns_of(share, "value"),
        "level": share.level,
        "wanted": wanted,
        "reads": reads,
    }


def _notes(found: Power, observed: Observations | None, truth: Truth | None) -> Iterator[str]:
    spread = "as assumed, for want of answers"
    if observed:
        spread = "as this study's answers do"
        yield f"Effects are in {observed.of.unit}."
    if truth:
        spread = "as given"
    yield (
        f"Counted over {found.simulations:,} simulations (seed {found.seed}) of answers to this "
        f"design that spread {spread}; effects are planted and none is taken from the data."
    )
    counts = [found.design.ratings(one) for one in found.design.swaps]
    yield (
        f"A persona has {min(counts)} to {max(counts)} observations; figures are for one picked at "
        "random, and `by_persona` has each."
    )


def _line(row: Any) -> str:
    wanted = f"; wanted {row['wanted']}: {row['reads']}" if row["wanted"] else ""
    ends = row["value"], row["low"], row["high"]
    if pd.notna(row["at"]):
        at = f"{row['at']:+.2f}".replace("-", "−") if row["at"] else "0"
        value, low, high = (f"{100 * one:.1f} %" for one in ends)
        return f"{row['figure']} at a true effect of {at}: {value} [{low}, {high}]{wanted}"
    value, low, high = (f"{one:.2f}" if np.isfinite(one) else "more" for one in ends)
    if value == "more":
        return f"{row['figure']}: none up to {low}; it is larger"
    return f"{row['figure']}: {value} [{low}, {high}]{wanted}"
