"""Figures: drawn at all, with numbers that are the frames' own, and described with their n."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.image import imread
from small_world import make_workspace
from story import Story

from toolkit.analysis import (
    Frames,
    coverage,
    flags_by_harm,
    frames_of,
    progress,
    rating_distribution,
)
from toolkit.analysis.frames import count_ratings
from toolkit.analysis.plots import Figure
from toolkit.design import Study
from toolkit.errors import AnalysisError

DRAWN: dict[str, Callable[[Frames], Figure]] = {
    "progress": progress,
    "coverage": coverage,
    "rating_distribution": rating_distribution,
    "flags_by_harm": flags_by_harm,
}


@pytest.fixture
def frames(told: Story) -> Frames:
    return frames_of(told.entries)


def five(story: Story, *, simulated: bool = False, **shown: Any) -> Frames:
    """Five testers in one situation, who rate it from 1 to 5."""
    for number in range(5):
        name = str(number)
        story.person(f"p{name}", simulated=simulated)
        story.session(f"s{name}", f"p{name}", simulated=simulated, **shown)
        story.rate(f"s{name}", f"r{name}", 1 + number, question="accurate")
        story.end(f"s{name}")
    return frames_of(story.entries)


def ink(figure: Figure) -> float:
    """Share of the picture that is not white."""
    pixels = imread(io.BytesIO(figure.png()))[..., :3]
    return float((pixels.min(axis=2) < 0.98).mean())


def words(figure: Figure) -> str:
    """Everything written in the drawing."""
    found = figure.figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return "\n".join(artist.get_text() for artist in found)  # type: ignore[attr-defined]


def bars(figure: Figure) -> float:
    """Length of all bars together."""
    patches = [patch for axes in figure.figure.axes for patch in axes.patches]
    return sum(patch.get_width() for patch in patches)  # type: ignore[attr-defined]


def table(frame: pd.DataFrame, *columns: str) -> dict[Any, int]:
    return {key: int(n) for key, n in frame.set_index(list(columns))["n"].to_dict().items() if n}


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_really_drawn(frames: Frames, name: str) -> None:
    figure = DRAWN[name](frames)
    assert 0.005 < ink(figure) < 0.9
    assert imread(io.BytesIO(figure.png())).shape[1] > 600


def test_every_color_of_the_key_is_in_the_picture(story: Story) -> None:
    figure = rating_distribution(five(story))
    pixels = imread(io.BytesIO(figure.png()))[..., :3].reshape(-1, 3)
    (key,) = figure.figure.legends
    assert len(key.get_patches()) == 5
    for patch in key.get_patches():
        assert abs(pixels - patch.get_facecolor()[:3]).max(axis=1).min() < 0.03


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_yet_is_said_and_drawn(story: Story, name: str) -> None:
    figure = DRAWN[name](frames_of(story.entries))
    assert "n = 0." in figure.alt
    assert "yet." in words(figure)
    assert len(figure.numbers) == 0
    assert ink(figure) > 0.001


@pytest.mark.parametrize("name", DRAWN)
def test_a_person_alone_or_a_session_alone_is_enough_to_draw(story: Story, name: str) -> None:
    story.person("p")
    assert DRAWN[name](frames_of(story.entries)).png()
    story.session("s", "p")
    assert DRAWN[name](frames_of(story.entries)).png()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "progress",
            "n = 2 participants (1 of 2 participants simulated), 1 conversations finished",
        ),
        ("coverage", "n = 1 conversations that reached their end"),
        ("rating_distribution", "Fewer than 5 testers: their ratings are not shown by themselves."),
        ("flags_by_harm", "n = 1 flags in 3 conversations"),
    ],
)
def test_a_figure_is_described_with_its_n(frames: Frames, name: str, said: str) -> None:
    assert said in DRAWN[name](frames).alt


def test_progress_counts_testers_and_names_nobody(frames: Frames) -> None:
    figure = progress(frames)
    assert list(figure.numbers.itertuples(index=False, name=None)) == [(0, 1), (1, 1)]
    assert sum(one.get_height() for one in figure.figure.axes[0].patches) == 2  # type: ignore[attr-defined]
    assert not [one for one in words(figure).split() if one.startswith("p-")]


def test_coverage_counts_what_reached_its_end(told: Story) -> None:
    told.session("s4", "p-two", simulated=True, persona_id="ben")
    told.end("s4", "capped")
    figure = coverage(frames_of(told.entries))
    assert table(figure.numbers, "persona_id", "scenario_id") == {
        ("ada", "parcel"): 1,
        ("ben", "parcel"): 1,
    }
    assert len(figure.numbers) == 4
    assert words(figure).count("·") == 2


def test_coverage_shows_what_a_study_plans_and_nobody_played(
    frames: Frames, tmp_path: Path
) -> None:
    study = Study.load("small", workspace=make_workspace(tmp_path))
    figure = coverage(frames, study)
    assert len(figure.numbers) == (4 + 2) * (3 + 2)
    assert {"ada-test", "ben"} <= set(figure.numbers["persona_id"])
    assert "About locked out" in words(figure)


def test_ratings_are_counted_with_what_was_not_said(told: Story) -> None:
    told.session("s5", "p-one", scenario_id="pay", scenario_shown={"title": "Pay"})
    told.rate("s5", "r9", 5, question="accurate", dimension="accuracy")
    told.end("s5")
    numbers = count_ratings(frames_of(told.entries))
    assert table(numbers, "about", "dimension", "scenario_id", "answer") == {
        ("answer", "respect", "parcel", "2"): 1,
        ("answer", "respect", "parcel", "unrated"): 2,
        ("conversation", "accuracy", "parcel", "3"): 1,
        ("conversation", "accuracy", "pay", "5"): 1,
        ("conversation", "respect", "parcel", "declined"): 1,
        ("conversation", "respect", "pay", "unrated"): 1,
    }


def test_ratings_of_few_testers_are_one_row_or_none(story: Story) -> None:
    for number in range(7):
        story.person(f"p{number}")
        # Five met the parcel, and two other situations one each.
        title = {5: "pay", 6: "leave"}.get(number, "parcel")
        shown = {"title": title}
        story.session(f"s{number}", f"p{number}", scenario_id=title, scenario_shown=shown)
        story.rate(f"s{number}", f"r{number}", 1 + number % 5, question="respected")
        story.end(f"s{number}")
    few = rating_distribution(frames_of(story.entries))
    assert set(few.numbers["scenario_id"]) == {"parcel"}
    assert bars(few) == 5
    for number in range(7, 10):
        story.person(f"p{number}")
        story.session(
            f"s{number}", f"p{number}", scenario_id="pay", scenario_shown={"title": "pay"}
        )
        story.rate(f"s{number}", f"r{number}", 3, question="respected")
        story.end(f"s{number}")
    pooled = rating_distribution(frames_of(story.entries))
    assert set(pooled.numbers["scenario"]) == {"parcel", "those met by fewer than 5"}
    assert bars(pooled) == 10


def test_ratings_of_errors_and_empty_answers_are_not_asked_for(frames: Frames) -> None:
    numbers = count_ratings(frames)
    untouched = table(numbers[numbers["about"].eq("answer")], "answer")
    assert untouched == {"2": 1, "unrated": 2}, "the truncated answer and the refusal"


def test_flags_are_counted_by_situation_and_type(told: Story) -> None:
    told.flag("s3", "f8", "v0", harm="unsure")
    told.flag("s3", "f9", "v0", harm="future.kind")
    figure = flags_by_harm(frames_of(told.entries))
    assert table(figure.numbers, "scenario_id", "harm_type") == {
        ("parcel", "quality_of_service"): 1,
        ("parcel", "unsure"): 1,
        ("parcel", "future"): 1,
    }
    assert table(figure.numbers.assign(n=figure.numbers["conversations"]), "scenario_id") == {
        "parcel": 2,
        "pay": 1,
    }
    assert "A late parcel (2)" in words(figure)


@pytest.mark.parametrize("name", DRAWN)
def test_simulated_data_are_stamped(story: Story, name: str) -> None:
    figure = DRAWN[name](five(story, simulated=True))
    assert "[ simulated participants ]" in words(figure)
    assert "(simulated)" in figure.alt


@pytest.mark.parametrize("name", DRAWN)
def test_people_are_not_called_simulated(story: Story, name: str) -> None:
    story.person("p")
    story.session("s", "p")
    story.rate("s", "r", 4, question="accurate")
    story.end("s")
    figure = DRAWN[name](frames_of(story.entries))
    assert "simulated" not in words(figure) + figure.alt


@pytest.mark.parametrize("name", ["coverage", "rating_distribution", "flags_by_harm"])
def test_any_name_can_be_drawn(story: Story, name: str) -> None:
    title = "Costs $5 or $9_{x}? \u202eودعم 支払い \U0001f600 " + "very long " * 20
    told = five(story, scenario_shown={"title": title}, persona_shown={"name": title})
    figure = DRAWN[name](told)
    assert ink(figure) > 0.005
    assert "$5 or $9_{x}" in words(figure)
    assert "\u202e" not in words(figure)


def test_confirm_rows_are_refused(story: Story) -> None:
    story.person("p")
    story.session("s", "p", stage="confirm")
    with pytest.raises(AnalysisError, match="wanted stage 'explore' alone"):
        coverage(frames_of(story.entries))


def test_ratings_and_flags_name_no_persona(frames: Frames) -> None:
    for name in ("rating_distribution", "flags_by_harm"):
        figure = DRAWN[name](frames)
        assert not [column for column in figure.numbers if "persona" in column]
        assert "Ada" not in words(figure)
    assert not [column for column in [*frames.ratings, *frames.flags] if "persona" in column]


def test_drawing_leaves_no_figure_and_no_setting_behind(frames: Frames) -> None:
    before = dict(pyplot.rcParams)
    for draw in DRAWN.values():
        draw(frames).png()
    assert pyplot.get_fignums() == []
    assert dict(pyplot.rcParams) == before
