"""The bar and the line that tell how far a run has come."""

from dataclasses import replace

from toolkit.probes import SweepProgress
from toolkit.widgets import SweepProgressView

READING = SweepProgress(
    planned=40,
    done=10,
    failed=1,
    in_flight=4,
    prompt_tokens=300,
    completion_tokens=200,
    uncounted=1,
    cost=None,
    seconds_left=30.0,
)


def test_nothing_is_said_before_anything_is_sent() -> None:
    view = SweepProgressView()
    assert (view.bar.value, view.bar.min, view.bar.max) == (0, 0, 1)
    assert view.text.value == "Nothing sent yet."


def test_a_bar_has_a_length_though_nothing_is_planned() -> None:
    view = SweepProgressView()
    view.show(replace(READING, planned=0, done=0, failed=0))
    assert (view.bar.value, view.bar.max, view.bar.bar_style) == (0, 1, "")


def test_a_reading_moves_the_bar_and_is_said_in_words() -> None:
    view = SweepProgressView()
    view.show(READING)
    assert (view.bar.value, view.bar.max, view.bar.bar_style) == (10, 40, "warning")
    assert view.text.value == (
        "10 of 40 units · 1 failed · 4 under way · 300 + 200 tokens and 1 reply without a count · "
        "cost unknown · about 30 s left"
    )


def test_it_shows_itself_as_a_widget_with_text_beside() -> None:
    bundle = SweepProgressView()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Nothing sent yet." in str(bundle["text/plain"])
