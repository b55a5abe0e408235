"""Figures of the confirm stage: what they draw is what they number, and nothing else is shown."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from toolkit.analysis import (
    Estimate,
    Finding,
    Observations,
    Truth,
    Verdict,
    caterpillar,
    crossed_design,
    disparity,
    draw,
    forest,
    frames_of,
    persona_ratings,
    power,
    power_curve,
    power_curves,
    question_ratings,
    rater_agreement,
    rater_severity,
    scenario_map,
    sitting_drift,
)
from toolkit.analysis.disparity import Disparity
from toolkit.analysis.findings import Counts
from toolkit.analysis.frames import undeclared_outcome
from toolkit.analysis.plots import Figure
from toolkit.analysis.reliability import Reliability
from toolkit.design import PRIVACY_MINIMUM
from toolkit.errors import AnalysisError

LONG = "Friederike-Alexandra Lohmann-Wurzelbacher of the very long department of names"
NULLS = MappingProxyType(
    {
        "paraphrase": Estimate(value=0.05, low=-0.1, high=0.2),
        "resample": Estimate(value=-0.02, low=-0.2, high=0.16),
    }
)


def finding(
    subject: str = "ada",
    value: float | None = 0.1,
    half: float = 0.2,
    *,
    verdict: Verdict = "inconclusive",
    simulated: bool = False,
    **more: Any,
) -> Finding:
    estimate = None
    if value is not None:
        estimate = Estimate(value=value, low=value - half, high=value + half)
    made: dict[str, Any] = {
        "question": "disparity",
        "outcome": "as-an-equal",
        "estimand": "average difference",
        "about": "these personas",
        "speaks_of": "in general",
        "stage": "confirm",
        "unit": "points (1 to 5)",
        "margin": 0.4,
        "n": Counts(raters=20, scenarios=5, observations=46, personas=1),
        **more,
    }
    return Finding(subject=subject, estimate=estimate, verdict=verdict, simulated=simulated, **made)


def many(count: int, **more: Any) -> list[Finding]:
    rng = np.random.default_rng(1)
    return [
        finding(f"persona-{at:02}", float(rng.normal(0, 0.3)), float(rng.uniform(0.1, 0.6)), **more)
        for at in range(count)
    ]


@pytest.fixture(scope="module")
def seen() -> Observations:
    """Fifty raters, too few of them for one persona, and too few for one scenario."""
    design = crossed_design(raters=50, scenarios=4, swaps=3, nulls=True, seed=1)
    whole = draw(design, Truth(), np.random.default_rng(1))
    rater = whole.frame["rater"].astype("str")
    few = rater.isin(sorted(rater.unique())[: PRIVACY_MINIMUM - 1])
    here = whole.frame["persona"].eq("persona-03") | whole.frame["scenario"].eq("scenario-000")
    return whole.where((few | ~here).to_numpy())


@pytest.fixture(scope="module")
def found(seen: Observations) -> Disparity:
    return disparity(seen, margin=0.4)


@pytest.fixture(scope="module")
def relied() -> Reliability:
    measures = [("Krippendorff's alpha", "ordinal", 0.4), ("ICC(2,1)", "interval", 0.3)]
    agreement = pd.DataFrame(
        [
            *(
                (measure, of, at, at - 0.2, at + 0.2, 0.95, "", 80, 40, 160, "")
                for measure, of, at in measures
            ),
            ("Cohen's kappa", "a flag", None, None, None, None, "", 80, 40, 160, "Two raters."),
        ],
        columns=[
            "measure",
            "of",
            "estimate",
            "low",
            "high",
            "level",
            "how",
            "items",
            "raters",
            "ratings",
            "says",
        ],
    )
    level = np.linspace(0.9, -0.9, 7)
    severity = pd.DataFrame(
        {
            "rater": [f"p-{at}" for at in range(7)],
            "ratings": 12,
            "severity": level,
            "low": level - 0.5,
            "high": level + 0.5,
        }
    )
    drifted = pd.DataFrame(
        {
            "from_position": [0, 3],
            "to_position": [2, 3],
            "adjusted": [-0.1, 0.2],
            "low": [-0.3, 0.0],
            "high": [0.1, 0.4],
            "ratings": [60, 20],
            "raters": [20, 20],
        }
    )
    none = pd.DataFrame()
    return Reliability(
        outcome="as-an-equal",
        level="ordinal",
        findings=(),
        agreement=agreement,
        severity=severity,
        groups=none,
        retest=none,
        attention=none,
        drift=drifted,
        straight_lining=none,
        distributions=none,
        says=(),
        simulated=False,
    )


def words(figure: Figure) -> list[str]:
    """Everything written in the drawing, each text once."""
    found = figure.figure.findobj(Text)
    said = [one.get_text() for one in found if isinstance(one, Text) and one.get_text()]
    return list(dict.fromkeys(said))


def ink(figure: Figure) -> float:
    pixels = imread(io.BytesIO(figure.png()))[..., :3]
    return float((pixels.min(axis=2) < 0.98).mean())


def texts(figure: Figure) -> dict[tuple[int, str], Bbox]:
    """Every text with the box it takes; a slanted one has no box of its own."""
    canvas = FigureCanvasAgg(figure.figure)
    canvas.draw()
    found = [one for one in figure.figure.findobj(Text) if isinstance(one, Text)]
    shown = [one for one in found if one.get_text() and one.get_visible()]
    beyond = {
        id(label)
        for axes in figure.figure.axes
        for tick in axes.xaxis.get_major_ticks()
        if not axes.get_xlim()[0] <= tick.get_loc() <= axes.get_xlim()[1]
        for label in (tick.label1, tick.label2)
    }
    return {
        (number, one.get_text()): one.get_window_extent(canvas.get_renderer())
        for number, one in enumerate(shown)
        if not one.get_rotation() and id(one) not in beyond
    }


def trouble(figure: Figure) -> list[str]:
    """Texts that lie on each other, or that the picture cuts."""
    boxes, whole = texts(figure), figure.figure.bbox
    on = [
        f"{first[1]} on {second[1]}"
        for (first, one), (second, two) in combinations(boxes.items(), 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1
        and min(one.y1, two.y1) - max(one.y0, two.y0) > 1
    ]
    cut = [
        f"{text} is cut"
        for (_, text), box in boxes.items()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > whole.x1 + 1 or box.y1 > whole.y1 + 1
    ]
    return on + cut


FORESTS: dict[str, Callable[[], Figure]] = {
    "one": lambda: forest([finding()]),
    "many": lambda: forest(many(24, null_arms=NULLS)),
    "all with nulls of their own": lambda: forest(
        [
            replace(one, null_arms={"resample": Estimate(value=at / 50, low=-0.2, high=0.3)})
            for at, one in enumerate(many(6))
        ]
    ),
    "long names": lambda: forest([replace(one, subject=LONG + one.subject) for one in many(3)]),
    "a hundred": lambda: forest(many(100)),
    "an endless interval": lambda: forest([*many(4), finding("wide", 0.1, 40.0)]),
    "not estimable": lambda: forest([finding("none", None, verdict="not estimable")]),
    "caterpillar": lambda: caterpillar(many(40)),
}


@pytest.mark.parametrize("name", FORESTS)
def test_no_label_lies_on_another_or_is_cut(name: str) -> None:
    assert trouble(FORESTS[name]()) == []


def test_a_forest_is_really_drawn() -> None:
    assert 0.005 < ink(forest(many(3))) < 0.5


def test_figures_of_data_keep_their_labels_apart(
    seen: Observations, found: Disparity, relied: Reliability
) -> None:
    renamed = seen.frame.astype({"persona": "str", "scenario": "str"})
    renamed = renamed.replace({"persona-01": LONG, "scenario-001": LONG})
    long = replace(seen, frame=renamed)
    for figure in (
        persona_ratings(seen),
        persona_ratings(long),
        scenario_map(found),
        scenario_map(disparity(long, margin=0.4)),
        rater_agreement(relied),
        rater_severity(relied),
        sitting_drift(relied),
    ):
        assert trouble(figure) == []


def test_a_forest_says_its_verdicts_and_numbers_everything() -> None:
    rows = [
        finding("ada", -0.6, 0.2, verdict="differs", p_adjusted=0.01),
        finding("ben", 0.0, 0.1, verdict="equivalent", p_adjusted=0.9),
        finding("cyn", None, verdict="not estimable"),
    ]
    figure = forest([replace(one, null_arms=NULLS) for one in rows])
    assert {"differs", "equivalent", "not estimable", "null arm"} <= set(words(figure))
    assert "−0.60 [−0.80, −0.40]" in words(figure)
    assert figure.alt == (
        "Difference from the reference: 2 estimates with intervals, n = 46 each. Verdicts: 1 "
        "differs, 1 equivalent, 1 not estimable. Different: ada −0.60 [−0.80, −0.40]. The null "
        "arms stand beside with their intervals. Shaded is what lies within 0.4 of no difference. "
        "Verdicts are adjusted for how many there are in their family; intervals are not."
    )
    assert list(figure.numbers["subject"]) == ["ada", "ben", "cyn", "paraphrase", "resample"]
    assert list(figure.numbers["arm"]) == ["swap"] * 3 + ["paraphrase", "resample"]
    assert figure.numbers["low"].iloc[3] == -0.1


def test_rows_stand_by_their_estimate_or_as_they_were_given() -> None:
    rows = [finding("ada", 0.5), finding("ben", None, verdict="not estimable"), finding("cyn", -1)]
    names = ("ada", "ben", "cyn")
    assert [one for one in words(forest(rows)) if one in names] == ["cyn", "ada", "ben"]
    given = forest(rows, order="given")
    assert [one for one in words(given) if one in names] == ["ada", "cyn", "ben"]


def test_every_verdict_has_a_shape_of_its_own() -> None:
    verdicts: Sequence[Verdict] = ("differs", "real but negligible", "equivalent", "inconclusive")
    figure = forest([finding(one, 0.1, verdict=one) for one in verdicts])
    (key,) = figure.figure.legends
    looks = {
        (line.get_marker(), line.get_markerfacecolor() == "white")  # type: ignore[attr-defined]
        for line in key.get_lines()
    }
    assert len(looks) == 4


def test_the_margin_is_drawn_where_all_have_the_same() -> None:
    assert any("within ±0.4" in one for one in words(forest(many(3))))
    assert not any("within" in one for one in words(forest(many(3, margin=None))))


def test_an_interval_beyond_the_edge_ends_in_an_arrow() -> None:
    figure = forest([*many(4), finding("wide", 0.0, 40.0)])
    (axes,) = figure.figure.axes
    assert axes.get_xlim()[1] < 10
    assert {"<", ">"} <= {line.get_marker() for line in axes.lines}


def test_of_very_many_the_farthest_are_drawn_and_all_are_numbered() -> None:
    figure = forest(many(100))
    assert len(figure.figure.axes[0].get_yticks()) == 60
    assert len(figure.numbers) == 100
    assert "The 60 farthest from 0 are drawn." in figure.alt


def test_a_known_truth_is_drawn_and_numbered() -> None:
    figure = forest(many(2), truth={"persona-00": -0.784})
    assert list(figure.numbers["truth"])[0] == -0.784
    assert "true difference" in words(figure)


def test_a_subject_of_these_situations_says_so() -> None:
    rows = [finding("ada"), finding("ben", speaks_of="these situations")]
    assert {"ada", "ben · these situations"} <= set(words(forest(rows)))


def test_too_few_raters_are_not_in_the_distributions(seen: Observations) -> None:
    figure = persona_ratings(seen)
    assert set(figure.numbers["subject"]) == {"persona-01", "persona-02", "paraphrase", "resample"}
    assert "persona-03" not in words(figure)
    assert "1 rest on fewer than 5 raters and are not shown." in figure.alt
    assert figure.numbers["raters"].min() >= PRIVACY_MINIMUM


def test_distributions_hold_every_answer_of_both_sides(seen: Observations) -> None:
    numbers = persona_ratings(seen).numbers
    own = numbers[numbers["subject"].eq("persona-01") & numbers["of"].eq("persona")]
    met = seen.frame[seen.frame["persona"].eq("persona-01") & seen.frame["arm"].eq("swap")]
    assert own["n"].sum() == own["of_all"].iloc[0] == len(met)
    assert own["share"].sum() == pytest.approx(1)
    same = seen.frame[seen.frame["contrast"].isin(met["contrast"])]
    base = numbers[numbers["subject"].eq("persona-01") & numbers["of"].eq("reference")]
    assert base["n"].sum() == same["arm"].eq("reference").sum()


def test_explore_rows_are_refused(seen: Observations) -> None:
    explored = replace(seen, frame=seen.frame.assign(stage="explore"))
    with pytest.raises(AnalysisError, match="wanted stage 'confirm' alone"):
        persona_ratings(explored)


def test_a_number_without_few_values_has_no_distribution(seen: Observations) -> None:
    rng = np.random.default_rng(1)
    numbers = seen.frame.assign(value=rng.normal(size=len(seen.frame)))
    of = undeclared_outcome("seconds", "number", (-np.inf, np.inf), rated=True)
    measured = replace(seen, frame=numbers, of=of)
    figure = persona_ratings(measured)
    assert figure.alt.endswith("n = 0. The outcome is not on a scale of few whole numbers.")
    assert len(figure.numbers) == 0


def test_suppressed_cells_are_hatched_and_in_no_number(found: Disparity) -> None:
    table = found.by_scenario
    hidden = table[table["suppressed"]]
    assert set(hidden["scenario"]) == {"scenario-000"}
    assert len(hidden) >= 2
    figure = scenario_map(found)
    assert "scenario-000" not in set(figure.numbers["scenario"])
    assert figure.numbers["raters"].min() >= PRIVACY_MINIMUM
    assert figure.numbers.notna().all().all()
    said = f"Cells that rest on fewer than 5 raters: {len(hidden)}, hatched and not shown."
    assert said in figure.alt
    hatched = [one for one in figure.figure.axes[0].patches if one.get_hatch() == "////"]
    assert len(hatched) == len(hidden)


def test_a_cell_holds_a_sign_and_its_n_and_no_bare_number(found: Disparity) -> None:
    figure = scenario_map(found)
    written = [one.get_text() for one in figure.figure.axes[0].texts]
    cells = [one.split("\n") for one in written]
    assert {sign.rstrip("*") for sign, _ in cells} <= {"−−", "−", "·", "+", "++"}
    starred = sum(sign.endswith("*") for sign, _ in cells)
    assert starred == figure.numbers["stands_out"].sum()
    assert f" {starred} stand out among all of them at a false-discovery rate" in figure.alt
    assert len(cells) == len(figure.numbers)
    shown = sorted(int(n) for _, n in cells)
    assert shown == sorted(figure.numbers["observations"])


def test_agreement_names_what_could_not_be_had(relied: Reliability) -> None:
    figure = rater_agreement(relied)
    assert "not estimable" in words(figure)
    assert "n = 160 ratings: Krippendorff's alpha, ordinal 0.40 [0.20, 0.60]" in figure.alt
    assert len(figure.numbers) == 3


def test_severity_is_a_distribution_and_names_nobody(relied: Reliability) -> None:
    figure = rater_severity(relied)
    assert list(figure.numbers.columns) == ["from_points", "to_points", "raters"]
    assert figure.numbers["raters"].sum() == 7
    assert not set(relied.severity["rater"]) & set(words(figure))
    assert figure.alt.startswith("How far raters differ in severity: n = 7 raters of 'as-an-equal'")
    few = replace(relied, severity=relied.severity[:4])
    assert "Fewer than 5 raters" in rater_severity(few).alt


def test_drift_is_told_by_place(relied: Reliability) -> None:
    figure = sitting_drift(relied)
    assert {"1 to 3\nn = 60", "4\nn = 20"} <= set(words(figure))
    assert "2 stretches of the list, n = 80 ratings by 20 raters, from −0.10 to +0.20" in figure.alt


def test_power_is_drawn_with_its_band_and_number_of_simulations() -> None:
    design = crossed_design(raters=8, scenarios=6)
    made = power(design, Truth(), effects=[0, 0.8], simulations=100, seed=1, margin=0.5)
    figure = power_curves(made)
    assert set(figure.numbers["says"]) == {"differs", "equivalent"}
    assert (figure.numbers["low"] <= figure.numbers["share"]).all()
    assert "n = 100 simulations a point, with 99% Monte-Carlo bands" in figure.alt
    assert len(figure.figure.axes[0].collections) == 2
    assert trouble(figure) == []


def test_power_along_designs_has_a_line_an_effect() -> None:
    designs = {n: crossed_design(raters=n, scenarios=6) for n in (6, 12)}
    made = power_curve(designs, Truth(), effects=[0, 0.8], simulations=100, seed=1)
    figure = power_curves(made, size="raters", says=("differs",))
    assert {"says 'differs' at a true effect of 0", "says 'differs' at a true effect of +0.8"} <= (
        set(words(figure))
    )
    assert list(figure.numbers["size"]) == [6, 12, 6, 12]


def test_questions_are_counted_and_compare_nobody() -> None:
    figure = question_ratings(frames_of([]))
    assert figure.alt == (
        "Ratings by question, all replies together: n = 0. No reply has been rated yet."
    )


def test_simulated_data_are_stamped_and_others_are_not(
    seen: Observations, found: Disparity, relied: Reliability
) -> None:
    drawn = [persona_ratings(seen), scenario_map(found), forest(found.findings)]
    drawn += [one(replace(relied, simulated=True)) for one in RELIED]
    for figure in drawn:
        assert any("[ simulated data ]" in one for one in words(figure))
        assert figure.alt.endswith("Simulated data.")
    for figure in (forest(many(2)), caterpillar(many(2)), *(one(relied) for one in RELIED)):
        assert not any("simulated" in one.lower() for one in [*words(figure), figure.alt])


RELIED: tuple[Callable[[Reliability], Figure], ...] = (
    rater_agreement,
    rater_severity,
    sitting_drift,
)


def test_nothing_to_draw_is_said(relied: Reliability) -> None:
    empty = replace(
        relied,
        agreement=relied.agreement[:0],
        severity=relied.severity[:0],
        drift=relied.drift[:0],
    )
    nobody = Disparity((), pd.DataFrame(), pd.DataFrame(), ())
    said = {
        figure.alt
        for figure in (
            forest([]),
            caterpillar([]),
            scenario_map(nobody),
            power_curves(pd.DataFrame()),
            *(one(empty) for one in RELIED),
        )
    }
    assert said == {
        "Difference from the reference: n = 0. No comparison was made.",
        "Distance from the average: n = 0. There is no estimate to draw.",
        "Difference from the reference by persona and situation, shrunken: n = 0. No persona was "
        "compared in any situation.",
        "What the primary test would say, by simulation: n = 0. Nothing was simulated.",
        "How far raters agree: n = 0. No coefficient of agreement could be had.",
        "How far raters differ in severity: n = 0. Fewer than 5 raters have a level: it is not "
        "shown.",
        "Ratings over the sitting, freed of rater, contrast and arm: n = 0. Too few raters to tell "
        "how ratings move.",
    }
