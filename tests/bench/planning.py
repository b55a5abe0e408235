"""How long it takes to plan who rates what, for one large study."""

import time
from itertools import product

import numpy as np

from bench.measure import line, repeat, title
from toolkit.analysis import Truth, crossed_design, draw, power
from toolkit.design import Arm, RatingPlan, Unit, allocate_units

RATERS, ITEMS, CONTRASTS, SCENARIOS = 500, 400, 440, 40


def run() -> None:
    title(f"Planning {RATERS} raters × {ITEMS} items, {CONTRASTS} contrasts")
    for arms in (8, 7):
        line(f"{arms} arms, single replies", f"{planned(arms, 'single'):8.1f} s")
    line("8 arms, pairs", f"{planned(8, 'pair'):8.1f} s")
    title("Simulating 480 ratings by 40 raters, 27 arms, 26 contrasts")
    design = crossed_design(
        raters=40, scenarios=13, contrasts=2, swaps=24, nulls=True, per_rater=12
    )
    rng = np.random.default_rng(1)
    line("drawing them once", repeat(lambda: draw(design, Truth(), rng)).milliseconds())
    simulated = repeat(
        lambda: power(design, Truth(), effects=[-0.5], simulations=1000, seed=1), times=3
    )
    line("1,000 primary tests of every arm", simulated.milliseconds())


def planned(arms: int, form: str) -> float:
    """Seconds to plan; a reply of each arm has at most two raters, so there are 60 of each."""
    swaps = [Arm("swap", f"person-{number}") for number in range(arms - 3)]
    nulls = [Arm("reference", "person"), Arm("paraphrase", "person"), Arm("resample", "person")]
    names = [f"contrast-{number}" for number in range(CONTRASTS)]
    units = [
        Unit(f"{name}-{arm.label}-{replicate}", name, arm, "assistant", replicate)
        for name, arm, replicate in product(names, [*nulls, *swaps], range(60))
    ]
    plan = RatingPlan(
        form=form,  # type: ignore[arg-type]
        raters=RATERS,
        items_per_rater=ITEMS,
        items_per_sitting=40,
    )
    scenarios = {name: f"scenario-{number % SCENARIOS}" for number, name in enumerate(names)}
    began = time.perf_counter()
    allocate_units(units, plan, seed=1, scenarios=scenarios)
    return time.perf_counter() - began
