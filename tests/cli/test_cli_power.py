"""``parallax plan power``: the whole text, from a plan that has no data."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from small_confirm import make_confirm_workspace

from toolkit.cli import main
from toolkit.design import OUTCOMES


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARALLAX_WORKSPACE", raising=False)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], str]:
    code = main(["plan", *words])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_power_before_there_is_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_confirm_workspace(tmp_path)
    words = ("power", "small", "--simulations", "200", "--workspace", str(tmp_path))
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert out[:5] == [
        "small: A small study",
        "  24 ratings by 8 raters over 3 scenarios; 3 personas against the reference, 4 each",
        "  200 simulations (seed 1) of the primary test on answers to this design whose true "
        "effect",
        "  is known; how raters judge is assumed. In brackets: 99 % intervals of the simulation.",
        "  Each figure is for a persona picked at random.",
    ]
    assert out[6].startswith("  True effect     says it differs  ")
    assert out[6].endswith("  also after Holm over 3")
    assert [line.split("  ")[1] for line in out[7:12]] == [
        *("0, error rate", "−0.25", "−0.50", "−0.75", "−1.00")
    ]
    assert all(line.count("[") == 2 for line in out[7:12])
    assert out[13] == "  Smallest effect seen with 80 % power: none up to 1; it is larger."
    assert out[14].startswith("  Where nothing differs, chance to conclude: equivalent within ±0.5")
    assert out[15].startswith("  Fewest ratings: ben-test with 4; ")
    assert out[16].startswith("  Most ratings: dee-test with 4; "), "one persona, not all together"
    assert out[18] == ("  What more would bring, at a true effect of −0.50 (100 simulations each)")
    planned = out[20].split()
    assert planned[:4] == ["as", "planned", "24", "36"]
    assert "no such plan" in "\n".join(out)
    assert not (tmp_path / "results").exists()
    assert run(capsys, *words)[1] == out


def test_the_effect_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_confirm_workspace(tmp_path, form="pair")
    words = ("--effect", "0.3", "--simulations", "100", "--seed", "5", "--raters", "12")
    code, out, err = run(capsys, "power", *words, "--workspace", str(tmp_path))
    assert (code, err) == (0, "")
    assert out[1].startswith("  36 ratings by 12 raters over 3 scenarios; ")
    assert out[2].startswith("  100 simulations (seed 5) ")
    assert [line.split("  ")[1] for line in out[7:12]] == [
        *("0, error rate", "+0.15", "+0.30", "+0.45", "+0.60")
    ]
    planned = next(line.split() for line in out if line.startswith("  as planned"))
    assert planned[2] == "36"


@pytest.mark.parametrize(
    ("bounds", "effects"),
    [((0.0, 1.0), "−0.10"), ((0.0, 10.0), "−1.00"), ((0.0, float("inf")), "−0.25")],
)
def test_a_number_is_simulated_on_its_own_scale(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    bounds: tuple[float, float],
    effects: str,
) -> None:
    """A number of 0 to 10 is no probability, and of a count nobody knows how far it spreads."""
    counted = replace(OUTCOMES["decision"], name="length", bounds=bounds, unit="words", needs="")
    monkeypatch.setitem(OUTCOMES, "length", counted)  # type: ignore[arg-type]
    make_confirm_workspace(tmp_path)
    study = tmp_path / "personas" / "studies" / "small.yaml"
    text = study.read_text(encoding="utf-8").replace("primary: respected", "primary: length")
    study.write_text(text, encoding="utf-8")
    words = ("power", "small", "--simulations", "100", "--workspace", str(tmp_path))
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    shown = "\n".join(out)
    assert f"  {effects}  " in shown.split("error rate")[1]
    unknown = "Nothing bounds length, so effects are in standard deviations of a single answer"
    assert (unknown in shown) is (bounds[1] == float("inf"))
    # A margin in words says nothing about standard deviations.
    assert ("equivalent within ±0.5" in shown) is (bounds[1] < float("inf"))


def test_a_plan_with_a_direction_says_what_it_would_conclude(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_confirm_workspace(tmp_path)
    study = tmp_path / "personas" / "studies" / "small.yaml"
    text = study.read_text(encoding="utf-8")
    plan = "margin: 2.5\n    direction: worse"
    study.write_text(text.replace("margin: 0.5", plan), encoding="utf-8")
    words = ("power", "small", "--simulations", "100", "--workspace", str(tmp_path))
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    (said,) = [line for line in out if line.startswith("  Where nothing differs")]
    assert said.startswith(
        "  Where nothing differs, chance to conclude: not worse by 2.5 or more: "
    )
    assert "equivalent" not in "\n".join(out)


def test_the_plan_alone_loads_no_analysis_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_confirm_workspace(tmp_path)
    monkeypatch.setitem(sys.modules, "toolkit.cli.study.power_plan", None)
    code, out, _ = run(capsys, "small", "--workspace", str(tmp_path))
    assert (code, out[0]) == (0, "small: A small study")


def test_a_seed_is_never_negative(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(capsys, "power", "--seed", "-1")
    assert capsys.readouterr().err.endswith(
        "parallax plan: error: argument --seed: got '-1'; wanted a whole number from 0\n"
    )


def test_an_effect_of_0_is_no_effect(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(capsys, "power", "--effect", "0")
    assert capsys.readouterr().err.endswith(
        "parallax plan: error: argument --effect: got '0'; wanted a difference other than 0, from "
        "-4 to 4\n"
    )


def test_two_studies_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "power", "one", "two")
    assert (code, out) == (1, [])
    assert err == ("plan: got 'power one two'; wanted at most `power` and one study. Name one.\n")
