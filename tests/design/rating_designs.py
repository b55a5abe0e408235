"""Small designs for the allocation to be tried on, drawn from a seed or spelled out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from random import Random
from typing import Any

from toolkit.design import Allocation, Arm, RatingPlan, Task, Unit, allocate_units


@dataclass(frozen=True)
class Design:
    """Contrasts with their arms, and how they are to be rated."""

    personas: Mapping[str, tuple[str, ...]]
    """Contrast to personas, the reference first."""
    aliases: int = 1
    replicates: int = 4
    scenarios: int = 3
    seed: int = 0
    rating: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def plan(self) -> RatingPlan:
        return RatingPlan(
            **{"raters": 8, "items_per_rater": 4, "items_per_sitting": 50} | self.rating
        )

    @cached_property
    def units(self) -> list[Unit]:
        return [
            Unit(f"{name}/{arm.label}/{alias}/{replicate}", name, arm, f"end-{alias}", replicate)
            for name, people in self.personas.items()
            for arm, alias, replicate in product(
                arms_of(people), range(self.aliases), range(self.replicates)
            )
        ]

    @cached_property
    def scenario_of(self) -> dict[str, str]:
        return {
            name: f"scenario-{number % self.scenarios}"
            for number, name in enumerate(sorted(self.personas))
        }

    def allocate(self) -> Allocation:
        return allocate_units(
            self.units,
            self.plan,
            seed=self.seed,
            scenarios=self.scenario_of,
        )


def arms_of(people: tuple[str, ...]) -> list[Arm]:
    reference, *others = people
    swaps = [Arm("swap", name) for name in others]
    return [
        Arm("reference", reference),
        *swaps,
        Arm("paraphrase", reference),
        Arm("resample", reference),
    ]


@dataclass(frozen=True)
class Rated:
    """One task of the main list, with everything it says about itself looked up."""

    seat: int
    task: Task
    left: Unit
    right: Unit | None

    @cached_property
    def contrast(self) -> str:
        return self.task.contrast_id

    @cached_property
    def arm(self) -> str:
        """The arm, in a pair the one that is not the reference."""
        arms = [one.arm for one in (self.left, self.right) if one]
        return next((arm.label for arm in arms if arm.kind != "reference"), arms[0].label)

    @cached_property
    def cell(self) -> tuple[str, str]:
        return self.task.contrast_id, self.arm

    @cached_property
    def reply(self) -> frozenset[str]:
        return frozenset(self.task.unit_ids)


def rated(design: Design, seats: Mapping[int, tuple[Task, ...]]) -> list[Rated]:
    units = {unit.unit_id: unit for unit in design.units}
    return [
        Rated(
            seat,
            task,
            units[task.unit_ids[0]],
            units[task.unit_ids[1]] if task.unit_ids[1:] else None,
        )
        for seat, tasks in seats.items()
        for task in tasks
        if task.purpose == "rating"
    ]


def drawn(seed: int) -> Design:
    """A design that can be allocated: form, sizes and personas as the seed says."""
    draw = Random(seed)
    form = draw.choice(["single", "single", "pair"])
    matched = draw.random() < 0.25
    cast = [f"person-{letter}" for letter in "abcdefg"]
    count = draw.randint(2, 5)
    mixed = draw.random() < 0.3
    contrasts = draw.randint(3, 9)
    personas = {
        f"contrast-{number}": tuple(
            draw.sample(cast, draw.randint(2, 5)) if mixed else cast[:count]
        )
        for number in range(contrasts)
    }
    choices = sum(len(people) + 2 - (form == "pair") for people in personas.values())
    widest = max(len(people) + 2 - (form == "pair") for people in personas.values())
    blocks = draw.randint(2, contrasts)
    items = blocks * widest if matched else blocks
    cells = contrasts if matched else choices
    raters = max(5, -(-int(cells * draw.uniform(1.5, 2.5)) // blocks) + 1)
    aliases = draw.randint(1, 2)
    most = -(-raters * blocks // cells) + 2
    return Design(
        personas,
        aliases=aliases,
        replicates=max(2, -(-most // aliases)),
        scenarios=draw.randint(1, contrasts),
        seed=seed,
        rating={
            "form": form,
            "matched": matched,
            "raters": raters,
            "items_per_rater": items,
            "repeats": draw.randint(0, 2),
            "overlap": draw.choice([0.0, 0.2, 0.2, 0.2, 0.35]),
            "attention": [ATTENTION] * draw.randint(0, 2),
        },
    )


ATTENTION = {"prompt": "Please read.", "reply": "Answer 2.", "answer": 2}
