"""Simulated design: who rates what, without any answers, to be filled by simulation.

A **Design** is a frame of observations whose values are still to be drawn. It comes from a study's
own confirm stage and its allocation to raters, from observations there are, or from plain numbers.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.analysis.engine import Codes
from toolkit.analysis.frames import (
    OBSERVATION_COLUMNS,
    Coded,
    Observations,
    coded,
    declare,
    require_stage,
    undeclared_outcome,
)
from toolkit.design import ConfirmStage, Scale, Task, Unit, allocate_units

REFERENCE = "reference"


@dataclass(frozen=True, kw_only=True)
class Design:
    """Which rater meets which reply of which arm; arrays have one entry an observation."""

    frame: pd.DataFrame = field(repr=False)
    """``OBSERVATION_COLUMNS``, one row an observation; ``value`` means nothing."""
    paired: bool = False
    """True: an observation compares an arm's reply with the reference's."""
    people: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(), repr=False)
    """One row a persona (index ``persona``), one column a factor."""
    plan: str = ""
    """Hash of the confirm freeze it belongs to; empty outside a study."""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def observations(self) -> Observations:
        """The design as observations without a value: each is 0."""
        rated = bool(self.frame["rater"].notna().any())
        scale: Scale = "preference" if self.paired else "number"
        bounds = (-1.0, 1.0) if self.paired else (-np.inf, np.inf)
        return Observations(
            of=undeclared_outcome("simulated", scale, bounds, rated=rated),
            frame=self.frame,
            people=self.people,
            simulated=True,
            plan=self.plan,
        )

    @cached_property
    def data(self) -> Coded:
        """Its columns as arrays, as every estimator takes them."""
        return coded(self.observations)

    @cached_property
    def labels(self) -> npt.NDArray[np.object_]:
        """Arm of each observation as people read it, such as ``swap amara-okafor``."""
        kind, persona = self.data.arm, self.data.persona
        return np.where(kind == "swap", [f"swap {one}" for one in persona], kind)

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Labels of all arms, the reference first."""
        return (REFERENCE, *sorted(set(self.labels) - {REFERENCE}))

    @cached_property
    def swaps(self) -> tuple[str, ...]:
        """Labels of the arms of personas."""
        return tuple(one for one in self.arms if one.startswith("swap "))

    @cached_property
    def arm(self) -> Codes:
        """Place of each observation's arm in ``arms``; 0 is the reference."""
        return pd.Index(self.arms).get_indexer(pd.Index(self.labels))

    @cached_property
    def reply(self) -> Codes:
        """Number of each observation's reply from 0."""
        return _numbered(self.data.reply)

    @cached_property
    def beside(self) -> Codes:
        """In pairs: number of the reference's reply that the reply stood beside."""
        keys = self.frame[["contrast", "endpoint", "replicate"]].astype("str")
        return _numbered(keys.agg("\t".join, axis=1).to_numpy())

    @property
    def in_general(self) -> "Design":
        """What claims in general rest on: planned contrasts; all there is where none is planned.

        Contrasts lifted from leads are tested by themselves.
        """
        planned = self.observations.of_origin("planned").frame
        return replace(self, frame=planned) if len(planned) else self

    def ratings(self, arm: str) -> int:
        """How many observations there are of an arm."""
        return int((self.labels == arm).sum())


def design_of(observations: Observations) -> Design:
    """Take the design of observations there are, without their values.

    Raises:
        AnalysisError: if they are of the explore stage, where nothing was assigned.
    """
    require_stage(observations.frame, "confirm")
    return Design(
        frame=observations.frame.assign(value=0.0),
        paired=observations.of.paired,
        people=observations.people,
        plan=observations.plan,
    )


def planned_design(
    stage: ConfirmStage,
    *,
    raters: int | None = None,
    items_per_rater: int | None = None,
    replicates: int | None = None,
    overlap: float | None = None,
    copies: int = 1,
) -> Design:
    """Take the design of a study before it has any data.

    Where raters judge the primary outcome it is the study's own allocation to raters, without
    repeats and attention items, which are no observations; where a machine reads it, every reply
    once, without a rater.

    Args:
        stage: whose plan says who rates what.
        raters: plan for so many instead.
        items_per_rater: let each rate so many instead.
        replicates: send each arm so often instead.
        overlap: let so large a share of the replies have two raters instead.
        copies: as if so many times the contrasts had been written, each copy over scenarios of
            its own; raters and items stay, so the ratings spread over more scenarios.

    Raises:
        PlanRefused: if such a plan cannot keep its own rules.
    """
    changed = {"raters": raters, "items_per_rater": items_per_rater, "overlap": overlap}
    plan = stage.plan.rating.model_copy(
        update={name: one for name, one in changed.items() if one is not None}
    )
    written = list(product(range(copies), stage.contrasts))
    scenarios = {_copied(one.id, copy): _copied(one.scenario, copy) for copy, one in written}
    units = [
        Unit(f"{name} {arm.label} {alias} {number}", name, arm, alias, number)
        for copy, one in written
        for name in [_copied(one.id, copy)]
        for arm, alias, number in product(
            one.arms, stage.aliases, range(replicates or stage.plan.replicates)
        )
    ]
    shown: list[tuple[str | None, Task]]
    if stage.primary.rated:
        seats = allocate_units(units, plan, seed=stage.plan.seed, scenarios=scenarios).seats
        shown = [(f"rater-{at:03d}", task) for at, tasks in enumerate(seats) for task in tasks]
    else:
        shown = [(None, Task(0, "rating", unit.contrast_id, (unit.unit_id,))) for unit in units]
    known = {unit.unit_id: unit for unit in units}
    frame = pd.DataFrame(
        [_row(rater, task, known) for rater, task in shown if task.purpose == "rating"]
    )
    frame["scenario"] = frame["contrast"].map(scenarios)
    origins = {_copied(one.id, copy): one.origin for copy, one in written}
    frame["origin"] = frame["contrast"].map(origins)
    return Design(
        frame=declare(frame, OBSERVATION_COLUMNS),
        paired=stage.primary.paired,
        people=_people(stage),
        plan=stage.hash,
    )


def _people(stage: ConfirmStage) -> pd.DataFrame:
    people = stage.study.people
    names = pd.Index([one.id for one in people], name="persona")
    return pd.DataFrame([dict(one.factors) for one in people], index=names)


def _copied(name: str, copy: int) -> str:
    return name if copy == 0 else f"{name}~{copy + 1}"


def _row(rater: str | None, task: Task, known: dict[str, Unit]) -> dict[str, object]:
    shown = [known[name] for name in task.unit_ids]
    unit = max(shown, key=lambda one: one.arm.kind != REFERENCE)
    left = 1.0 if shown[0] is unit else -1.0
    return {
        "rater": rater,
        "contrast": unit.contrast_id,
        "arm": unit.arm.kind,
        "persona": unit.arm.persona_id,
        "reply": unit.unit_id,
        "replicate": unit.replicate,
        "endpoint": unit.alias,
        "position": task.position,
        "side": left if len(shown) > 1 else 0.0,
        "weight": 1.0,
        "stage": "confirm",
        "value": 0.0,
    }


def _numbered(names: npt.NDArray[np.object_]) -> Codes:
    return np.unique(names.astype(str), return_inverse=True)[1].astype(np.intp)
