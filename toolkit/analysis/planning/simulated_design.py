"""Who rates what, without any answers: a design to be filled by simulation.

A **Design** is a frame of observations whose values are still to be drawn. It comes from a study's
own confirm stage and its allocation to raters, from observations there are, or from plain numbers.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.analysis.engine import Codes, Floats
from toolkit.analysis.frames import (
    OBSERVATION_COLUMNS,
    Observations,
    declare,
    require_stage,
    undeclared_outcome,
)
from toolkit.design import ConfirmStage, RatingPlan, Scale, Task, Unit, allocate_units

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

    @cached_property
    def labels(self) -> npt.NDArray[np.object_]:
        """Arm of each observation as people read it, such as ``swap amara-okafor``."""
        kind = self.frame["arm"].astype("object").to_numpy()
        persona = self.frame["persona"].astype("object").to_numpy()
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
        place = {label: code for code, label in enumerate(self.arms)}
        return np.array([place[label] for label in self.labels], dtype=np.intp)

    @cached_property
    def rater(self) -> Codes | None:
        """Number of each observation's rater from 0; None where a machine observes."""
        return None if self.frame["rater"].isna().any() else self._codes("rater")

    @cached_property
    def scenario(self) -> Codes:
        """Number of each observation's scenario from 0."""
        return self._codes("scenario")

    @cached_property
    def contrast(self) -> Codes:
        """Number of each observation's contrast from 0; contrasts nest in scenarios."""
        return self._codes("contrast")

    @cached_property
    def reply(self) -> Codes:
        """Number of each observation's reply from 0."""
        return self._codes("reply")

    @cached_property
    def beside(self) -> Codes:
        """In pairs: number of the reference's reply that the reply stood beside."""
        keys = self.frame[["contrast", "endpoint", "replicate"]].astype("str")
        return _numbered(keys.agg("\t".join, axis=1).to_numpy())

    @cached_property
    def side(self) -> Floats:
        """In pairs: 1 when the persona's reply stands left, -1 right."""
        return self.frame["side"].to_numpy(dtype=float)

    @property
    def rated(self) -> bool:
        """Whether raters judge."""
        return bool(self.frame["rater"].notna().any())

    @cached_property
    def weight(self) -> Floats:
        """How many equal observations each stands for."""
        return self.frame["weight"].to_numpy(dtype=float)

    @property
    def observations(self) -> Observations:
        """The design as observations without a value: each is 0."""
        scale: Scale = "preference" if self.paired else "number"
        return Observations(
            of=undeclared_outcome("", scale, (-np.inf, np.inf), rated=self.rated),
            frame=self.frame,
            people=self.people,
            simulated=True,
            plan=self.plan,
        )

    def of_origin(self, origin: Literal["lead", "planned"]) -> "Design":
        """Only what comes from contrasts lifted from leads, or only from planned ones."""
        return replace(self, frame=self.observations.of_origin(origin).frame)

    @property
    def in_general(self) -> "Design":
        """What claims in general rest on: planned contrasts; all there is where none is planned.

        Contrasts lifted from leads are tested by themselves.
        """
        planned = self.of_origin("planned")
        return planned if len(planned) else self

    def ratings(self, arm: str) -> int:
        """How many observations there are of an arm."""
        return int((self.arm == self.arms.index(arm)).sum())

    def _codes(self, name: str) -> Codes:
        return _numbered(self.frame[name].astype("object").to_numpy())


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
    """Take the design of a study before it has any data, from its own allocation to raters.

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
    units, scenarios, origins = _units(stage, replicates, copies)
    frame = _allocated(units, plan, stage.plan.seed, scenarios)
    frame["origin"] = frame["contrast"].map(origins)
    return Design(
        frame=declare(frame, OBSERVATION_COLUMNS),
        paired=plan.form == "pair",
        people=_people(stage),
        plan=stage.hash,
    )


def sent_design(stage: ConfirmStage, *, replicates: int | None = None, copies: int = 1) -> Design:
    """Take the design of what a machine reads off every reply, such as refusal: no raters.

    Args:
        stage: whose units are sent.
        replicates: as for ``planned_design``.
        copies: as for ``planned_design``.
    """
    units, scenarios, origins = _units(stage, replicates, copies)
    known = {unit.unit_id: unit for unit in units}
    reads = [Task(0, "rating", unit.contrast_id, (unit.unit_id,)) for unit in units]
    frame = pd.DataFrame([_row(None, task, known, scenarios) for task in reads])
    frame["origin"] = frame["contrast"].map(origins)
    return Design(frame=declare(frame, OBSERVATION_COLUMNS), people=_people(stage), plan=stage.hash)


def _units(
    stage: ConfirmStage, replicates: int | None, copies: int
) -> tuple[list[Unit], dict[str, str], dict[str, str]]:
    """Units, scenario and origin of each contrast and of its copies."""
    units: list[Unit] = []
    scenarios: dict[str, str] = {}
    origins: dict[str, str] = {}
    for copy, contrast in product(range(copies), stage.contrasts):
        name = _copied(contrast.id, copy)
        scenarios[name] = _copied(contrast.scenario, copy)
        origins[name] = contrast.origin
        each = product(contrast.arms, stage.aliases, range(replicates or stage.plan.replicates))
        units += [
            Unit(f"{name} {arm.label} {alias} {number}", name, arm, alias, number)
            for arm, alias, number in each
        ]
    return units, scenarios, origins


def _people(stage: ConfirmStage) -> pd.DataFrame:
    people = stage.study.people
    names = pd.Index([one.id for one in people], name="persona")
    return pd.DataFrame([dict(one.factors) for one in people], index=names)


def _copied(name: str, copy: int) -> str:
    return name if copy == 0 else f"{name}~{copy + 1}"


def _allocated(
    units: list[Unit], plan: RatingPlan, seed: int, scenarios: dict[str, str]
) -> pd.DataFrame:
    """One row a rating of the allocation; repeats and attention items are no observations."""
    known = {unit.unit_id: unit for unit in units}
    seats = allocate_units(units, plan, seed=seed, scenarios=scenarios).seats
    rows = [
        _row(number, task, known, scenarios)
        for number, tasks in enumerate(seats)
        for task in tasks
        if task.purpose == "rating"
    ]
    return pd.DataFrame(rows)


def _row(
    number: int | None, task: Task, known: dict[str, Unit], scenarios: dict[str, str]
) -> dict[str, object]:
    shown = [known[name] for name in task.unit_ids]
    unit = max(shown, key=lambda one: one.arm.kind != REFERENCE)
    left = 1.0 if shown[0] is unit else -1.0
    return {
        "rater": None if number is None else f"rater-{number:03d}",
        "scenario": scenarios[unit.contrast_id],
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
