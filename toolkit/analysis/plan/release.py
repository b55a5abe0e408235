"""Release door: a plan's result with nothing in it about fewer people than the study's minimum.

Whatever is shown or saved by default comes from here; what `run_plan` gives is for analysts. Of
numbers that people's judgments gave, a release holds one estimate a question and subject, rounded,
that the small-cell audit lets pass. No row is about a rater. What only machines read off replies
passes as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, isfinite, log10

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import Disparity
from toolkit.analysis.findings import Counts, Estimate, Finding
from toolkit.analysis.intersection import Intersections
from toolkit.analysis.plan.cell_audit import Cell, Published, withheld
from toolkit.analysis.plan.judged_cells import changed_people, judged_cells
from toolkit.analysis.plan.plan_result import PlanResult
from toolkit.analysis.plan.step import Step
from toolkit.analysis.reliability import Reliability
from toolkit.design import PRIVACY_MINIMUM

_DIGITS = 2
_SECOND_LOOKS = ("ordinal", "pairs")
"""Steps that ask people's judgments a second time, of the same subjects: with the first answer,
they would tell how often each value was given."""
_WHOLE = ("agreement", "drift")
"""Tables about all raters together."""
_MAP = "by_scenario"
_EFFECTS = ["effect", "low", "high", "shrunken", "shrunken_low", "shrunken_high"]
_COUNTS = ["share", "raters", "observations", "others"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier release said, as the record keeps it."""

    number: int
    day: str
    published: Published
    estimates: Mapping[str, tuple[float, float, float]]
    """Name of a number to its value and interval, as released."""


@dataclass(frozen=True, slots=True)
class ReleasedResult:
    """What of a plan's result may be shown."""

    result: PlanResult
    """The same steps, and nothing in them that the minimum withholds."""
    minimum: int
    """Fewest people a number rests on."""
    published: Published = field(repr=False)
    """The numbers given as they are, and whose judgments they rest on."""
    estimates: Mapping[str, tuple[float, float, float]] = field(repr=False)
    """Those numbers, as given."""


def release(result: PlanResult, *, earlier: Sequence[Earlier] = ()) -> ReleasedResult:
    """Take from a plan's result what may be shown.

    Args:
        result: of ``run_plan``.
        earlier: releases of the same freeze, the oldest first. What differs from one of them by
            fewer people than the minimum is given as it was there, rounded further.
    """
    door = _Door(result, earlier)
    return door.opened()


def minimum_of(result: PlanResult) -> int:
    """Fewest people that a number of this study may rest on."""
    return result.design.analysis.minimum_people or PRIVACY_MINIMUM


class _Door:
    """One passage of a result."""

    def __init__(self, result: PlanResult, earlier: Sequence[Earlier]) -> None:
        self.result, self.earlier = result, earlier
        self.minimum = minimum_of(result)
        self.cells = judged_cells(result.observed)
        self.own: dict[str, frozenset[Cell]] = {}
        self.all = Published(dict(self._numbers()), self.cells.judges)
        self.held = frozenset(self.all.numbers) - frozenset(self._allowed())
        self.given: dict[str, tuple[float, float, float]] = {}
        self.hidden = self.coarse = 0

    def opened(self) -> ReleasedResult:
        steps = tuple(self._step(one) for one in self.result.steps)
        numbers = {name: self.all.numbers[name] for name in self.given}
        return ReleasedResult(
            replace(self.result, steps=steps, notes=(*self.result.notes, *self._says())),
            self.minimum,
            Published(numbers, self.all.judges),
            self.given,
        )

    # ── what there is to be shown, by name ──────────────────────────────────────────────────────

    def _allowed(self) -> Iterator[str]:
        """Names of numbers that may be given as they are."""
        before = [one.published for one in self.earlier]
        # Levels of raters and contrasts are taken from all judgments, so each moves every number.
        moved = {
            outcome
            for one in before
            for outcome, who in changed_people(one.judges, self.all.judges).items()
            if len(who) < self.minimum and outcome in _outcomes(one)
        }
        fit = {
            name: cells
            for name, cells in self.all.numbers.items()
            if not any(outcome in moved for outcome, _ in cells)
            and self.cells.may_stand(self.own[name], self.minimum)
        }
        held = withheld(Published(fit, self.all.judges), before, minimum=self.minimum)
        yield from (name for name in fit if name not in held)

    def _numbers(self) -> Iterator[tuple[str, frozenset[Cell]]]:
        """Name each number with the cells it rests on, those it is compared with included."""
        for step in self.result.steps:
            if step.key in _SECOND_LOOKS:
                continue
            for one in step.findings:
                cells = self.cells.of(one)
                if cells and one.estimate:
                    self.own[_name(step, one)] = cells
                    yield _name(step, one), cells | self.cells.beside(one)
            table = step.tables.get(_MAP)
            if table is not None:
                yield from self._of_map(step, table)

    def _of_map(self, step: Step, table: pd.DataFrame) -> Iterator[tuple[str, frozenset[Cell]]]:
        none: frozenset[Cell] = frozenset()
        behind, beside = dict[str, frozenset[Cell]](), dict[str, frozenset[Cell]]()
        for one in step.findings:
            behind[one.subject] = behind.get(one.subject, none) | self.cells.of(one)
            beside[one.subject] = beside.get(one.subject, none) | self.cells.beside(one)
        for subject, cells in behind.items():
            for row in table[table["subject"].eq(subject)].to_dict("records"):
                here = self.cells.within(cells, *_place(row))
                if here and not np.isnan(row["effect"]):
                    self.own[_cell_name(step, row)] = here
                    whole = self.cells.within(beside[subject], *_place(row))
                    yield _cell_name(step, row), here | whole

    # ── step by step ────────────────────────────────────────────────────────────────────────────

    def _step(self, step: Step) -> Step:
        if step.key == "rows":
            return self._account(step)
        people = [bool(self.cells.of(one)) for one in step.findings]
        if not any(people) and not self._about_people(step):
            return step
        if step.key in _SECOND_LOOKS:
            self.hidden += len(step.findings)
            return replace(step, findings=(), tables={}, notes=(_IN_PRIVATE,), result=None)
        findings = tuple(
            self._finding(step, one) if judged else replace(one, replies=())
            for one, judged in zip(step.findings, people, strict=True)
        )
        tables = dict(self._tables(step))
        notes = step.notes if step.key != "blinding" or "guesses" in tables else ()
        return replace(
            step,
            findings=findings,
            tables=tables,
            notes=notes,
            result=_result(step.result, findings, tables),
        )

    def _about_people(self, step: Step) -> bool:
        return step.key in _SECOND_LOOKS or isinstance(step.result, Reliability)

    def _finding(self, step: Step, one: Finding) -> Finding:
        if one.estimate is None:
            few = one.n.raters < self.minimum
            return _bare(one, one.caveats, **({"n": Counts()} if few else {}))
        name = _name(step, one)
        if name not in self.held:
            at = _rounded(one.estimate)
            self.given[name] = at.value, at.low, at.high
            nulls = {arm: _rounded(at) for arm, at in one.null_arms.items()}
            shown = _bare(one, one.caveats, estimate=at, null_arms=self._nulls(step, nulls))
            return replace(shown, p=_short(one.p), p_adjusted=_short(one.p_adjusted))
        for before in reversed(self.earlier):
            if (known := before.estimates.get(name)) and (near := _coarse(known, one)):
                self.coarse += 1
                return self._as_before(one, before, near)
        self.hidden += 1
        why = (
            f"Withheld: this, or what could be worked out from it, rests on fewer than "
            f"{self.minimum} people, or on people who all said the same."
        )
        return _bare(one, (why,), estimate=None, verdict="not estimable", n=Counts())

    def _as_before(self, one: Finding, before: Earlier, at: Estimate) -> Finding:
        why = (
            f"Given as in release {before.number} of {before.day}, rounded further: fewer than "
            f"{self.minimum} people came or left since."
        )
        return _bare(one, (why,), estimate=at, verdict="estimated", n=Counts())

    def _nulls(self, step: Step, nulls: Mapping[str, Estimate]) -> Mapping[str, Estimate]:
        """Null arms that stand in findings of their own, and may be shown there."""
        allowed = {
            one.subject: _name(step, one) not in self.held
            for one in step.findings
            if one.subject in nulls
        }
        return {arm: at for arm, at in nulls.items() if allowed.get(arm)}

    def _tables(self, step: Step) -> Iterator[tuple[str, pd.DataFrame]]:
        whole = not any(
            _name(step, one) in self.held for one in step.findings if one.estimate is not None
        )
        for name, table in step.tables.items():
            if name == _MAP:
                yield name, self._map(step, table)
            elif name in _WHOLE and whole and _least(table) >= self.minimum:
                yield name, _round(table)
            elif name == "guesses" and whole and self.cells.fewest_guessers() >= self.minimum:
                yield name, _round(table[table["arm"].eq("all")].reset_index(drop=True))

    def _map(self, step: Step, table: pd.DataFrame) -> pd.DataFrame:
        named = [_cell_name(step, row) for row in table.to_dict("records")]
        seen = [name in self.all.numbers and name not in self.held for name in named]
        known = np.array(seen, dtype=bool)
        for name, shown, row in zip(named, known, table.to_dict("records"), strict=True):
            if shown:
                at = [round(float(row[one]), _DIGITS) for one in ("effect", "low", "high")]
                self.given[name] = (at[0], at[1], at[2])
        made = _round(table).assign(suppressed=~known)
        made["stands_out"] &= known
        return made.assign(**{one: made[one].where(known) for one in (*_EFFECTS, *_COUNTS)})

    def _account(self, step: Step) -> Step:
        """Round counts of what people did to whole minimums: no remainder is one person's."""
        table = step.tables["confirm_account"].copy()
        people = ~table["frame"].astype("str").eq("replies")
        for name in table.columns.drop("frame"):
            near = (table[name] / self.minimum).round().astype("Int64") * self.minimum
            table[name] = table[name].where(~people, near)
        first = [one for one in step.notes if one.startswith("replies:")]
        rest = [
            f"{str(row['frame']).replace('_', ' ')}: about {row['in_record']} in the record, about "
            f"{row['compared']} compared."
            for row in table[people & table["in_record"].gt(0)].to_dict("records")
        ]
        return replace(step, tables={"confirm_account": table}, notes=(*first, *rest))

    def _says(self) -> Iterator[str]:
        yield (
            f"Nothing here rests on fewer than {self.minimum} people, by itself or with the rest; "
            "estimates have two decimals, and what people left in the record is counted in "
            f"multiples of {self.minimum}."
        )
        if self.hidden:
            yield f"Withheld for that: {self.hidden} findings."
        if self.coarse:
            yield (
                f"Given as in an earlier release, rounded further: {self.coarse} findings, because "
                f"fewer than {self.minimum} people came or left since."
            )


_IN_PRIVATE = "A second look at the same judgments; only in what `parallax analyze --private` adds."


def _name(step: Step, one: Finding) -> str:
    """Name a number, the same in every release."""
    return " | ".join((step.key, one.outcome, one.subject, one.compared_with, one.speaks_of))


def _cell_name(step: Step, row: Mapping[object, object]) -> str:
    return " | ".join((step.key, _MAP, *(str(row[one]) for one in _OF_CELL)))


_OF_CELL = ("subject", "scenario", "speaks_of")


def _outcomes(published: Published) -> set[str]:
    return {outcome for cells in published.numbers.values() for outcome, _ in cells}


def _place(row: Mapping[object, object]) -> tuple[str, str]:
    return str(row["scenario"]), str(row["speaks_of"])


def _bare(one: Finding, caveats: Iterable[str], **more: object) -> Finding:
    """The finding without what tells more than its estimate does."""
    fields: dict[str, object] = {
        "se": None,
        "df": None,
        "p": None,
        "p_adjusted": None,
        "left_out": {},
        "null_arms": {},
        "beside": {},
        "tests": {},
        "spread": None,
        "without_one_scenario": None,
        "without_one_rater": None,
        "replies": (),
        "caveats": tuple(caveats),
        **more,
    }
    return replace(one, **fields)  # type: ignore[arg-type]


def _rounded(at: Estimate) -> Estimate:
    return replace(
        at,
        value=round(at.value, _DIGITS),
        low=round(at.low, _DIGITS),
        high=round(at.high, _DIGITS),
    )


def _coarse(before: tuple[float, float, float], one: Finding) -> Estimate | None:
    """Round what was released to halves of a point or quarters; None where it is no more true.

    It depends on what was released alone, so it tells nothing of who came or left.
    """
    step = 0.5 if one.unit.startswith("points") else 0.25
    value, low, high = before
    near = round(value / step) * step
    if one.estimate is None or abs(one.estimate.value - near) > step:
        return None
    ends = [
        end(at / step) * step if isfinite(at) else at for end, at in ((floor, low), (ceil, high))
    ]
    return Estimate(value=near, low=min(ends[0], near), high=max(ends[1], near))


def _short(p: float | None) -> float | None:
    """Round a p to two significant digits."""
    return p if not p else round(p, 1 - floor(log10(p)))


def _least(table: pd.DataFrame) -> int:
    return int(table["raters"].min()) if len(table) else 0


def _round(table: pd.DataFrame) -> pd.DataFrame:
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].round(_DIGITS) for name in numbers})


def _result(
    made: object, findings: tuple[Finding, ...], tables: Mapping[str, pd.DataFrame]
) -> object:
    """What figures are drawn from, with nothing but what is shown."""
    if isinstance(made, Disparity):
        return replace(
            made,
            findings=findings,
            table=pd.DataFrame(),
            by_scenario=tables.get(_MAP, _NONE),
            null_arms=(),
        )
    if isinstance(made, Reliability):
        return replace(
            made,
            findings=findings,
            agreement=tables.get("agreement", _NONE),
            drift=tables.get("drift", _NONE),
            severity=_NONE,
            groups=_NONE,
            retest=_NONE,
            attention=_NONE,
            straight_lining=_NONE,
            distributions=_NONE,
            says=(),
        )
    if isinstance(made, Intersections):
        return replace(made, findings=findings, table=_NONE, variances=_NONE, main_effects=_NONE)
    return None


_NONE = pd.DataFrame()
