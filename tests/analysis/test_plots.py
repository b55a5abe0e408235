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
    session_ratings,
)
from toolkit.analysis.plots import Figure
from toolkit.design import Study
from toolkit.errors import AnalysisError

DRAWN: dict[str, Callable[[Frames], Figure]] = {
    "progress": progress,
    "coverage": coverage,
    "rating_distribution": rating_distribution,
    "session_ratings": session_ratings,
    "flags_by_harm": flags_by_harm,
}


@pytest.fixture
def frames(told: Story) -> Frames:
    return frames_of(told.entries)


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


@pytest.mark.parametrize("name", ["progress", "rating_distribution"])
def test_every_color_of_the_key_is_in_the_picture(frames: Frames, name: str) -> None:
    figure = DRAWN[name](frames)
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
        ("progress", "n = 2 participants (1 of 2 participants simulated), 4 conversations: "),
        ("coverage", "n = 1 conversations that reached their end"),
        ("rating_distribution", "n = 2 ratings (1 of 2 participants simulated): 0 of 1, 1 of 2, "),
        ("session_ratings", "n = 2 ratings in 1 conversations (1 of 2 participants simulated); 2 "),
        ("flags_by_harm", "n = 1 flags in 3 conversations"),
    ],
)
def test_a_figure_is_described_with_its_n(frames: Frames, name: str, said: str) -> None:
    assert said in DRAWN[name](frames).alt


def test_the_numbers_of_progress_are_those_of_the_frame(frames: Frames) -> None:
    figure = progress(frames)
    assert table(figure.numbers, "participant_id", "state") == {
        ("p-one", "finished"): 1,
        ("p-one", "skipped"): 1,
        ("p-two", "in progress"): 1,
        ("p-two", "not begun"): 1,
    }
    assert bars(figure) == figure.numbers["n"].sum() == 4


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
    figure = rating_distribution(frames_of(told.entries))
    numbers = figure.numbers
    assert table(numbers, "about", "dimension", "scenario_id", "answer") == {
        ("answer", "respect", "parcel", "2"): 1,
        ("answer", "respect", "parcel", "unrated"): 2,
        ("conversation", "accuracy", "parcel", "3"): 1,
        ("conversation", "accuracy", "pay", "5"): 1,
        ("conversation", "respect", "parcel", "declined"): 1,
        ("conversation", "respect", "pay", "unrated"): 1,
    }
    assert bars(figure) == numbers["n"][numbers["answer"].isin(list("12345"))].sum() == 3
    assert "1 declined, 3 unrated" in figure.alt


def test_ratings_of_errors_and_empty_answers_are_not_asked_for(frames: Frames) -> None:
    numbers = rating_distribution(frames).numbers
    untouched = table(numbers[numbers["about"].eq("answer")], "answer")
    assert untouched == {"2": 1, "unrated": 2}, "the truncated answer and the refusal"


def test_the_spread_is_drawn_where_the_ratings_are(frames: Frames) -> None:
    figure = session_ratings(frames)
    assert table(figure.numbers, "session_id", "about", "value") == {
        ("s1", "answer", 2): 1,
        ("s1", "conversation", 3): 1,
    }
    dots = [
        tuple(map(float, dot))
        for axes in figure.figure.axes
        for drawn in axes.collections
        for dot in drawn.get_offsets()
        if len(drawn.get_offsets()) and hasattr(drawn, "get_sizes") and len(drawn.get_sizes())
    ]
    assert dots == [(2.0, 0.0), (3.0, 0.0)]


def test_of_many_conversations_the_widest_are_drawn_and_all_are_numbered(story: Story) -> None:
    story.person("p")
    for number in range(70):
        story.session(f"s{number:02}", "p")
        story.rate(f"s{number:02}", f"a{number}", 3, question="accurate")
        story.rate(f"s{number:02}", f"b{number}", 5 if number < 20 else 3, question="respected")
    figure = session_ratings(frames_of(story.entries))
    assert figure.numbers["session_id"].nunique() == 70
    assert len(figure.figure.axes[0].get_yticks()) == 60
    assert "the 60 widest of 70" in words(figure)
    assert "n = 140 ratings in 70 conversations" in figure.alt


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
    story.person("p", simulated=True)
    story.session("s", "p", simulated=True)
    story.rate("s", "r", 4, question="accurate")
    story.end("s")
    figure = DRAWN[name](frames_of(story.entries))
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
    story.person("p")
    story.session("s", "p", scenario_shown={"title": title}, persona_shown={"name": title})
    story.rate("s", "r", 4, question="accurate")
    story.end("s")
    figure = DRAWN[name](frames_of(story.entries))
    assert ink(figure) > 0.005
    assert "$5 or $9_{x}" in words(figure)
    assert "\u202e" not in words(figure)


def test_confirm_rows_are_refused(story: Story) -> None:
    story.person("p")
    story.session("s", "p", stage="confirm")
    with pytest.raises(AnalysisError, match="wanted stage 'explore' alone"):
        coverage(frames_of(story.entries))


def test_ratings_and_flags_name_no_persona(frames: Frames) -> None:
    for name in ("rating_distribution", "session_ratings", "flags_by_harm"):
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
