"""Contrasts on the command line: a new one, the check that lints it, the confirm freeze."""

import re
from pathlib import Path

import pytest
from lab import ROOT
from small_confirm import make_confirm_workspace

from toolkit.cli import main
from toolkit.design import ConfirmStage, Study


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    make_confirm_workspace(tmp_path)
    run(capsys, "check", "--write-schemas", "--workspace", str(tmp_path))
    return tmp_path


def check(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    return run(capsys, "check", "--workspace", str(root))


def test_check_counts_contrasts(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(root, capsys) == (
        0,
        "All good: 4 personas, 3 scenarios, 3 contrasts, 1 study.\n",
        "",
    )


def test_check_lints(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("Hello, this is {name}, {a} {noun}", "I am a {noun}"))
    code, out, err = check(root, capsys)
    assert (code, out) == (1, "")
    assert err == (
        "2 problems in what was written:\n"
        '  personas/contrasts/parcel.yaml:10: prompt.1.text: got "a {noun}", sent as "I am a '
        'young woman from Leeds. My parcel…" (reference) and "I am a older man from Hull. My '
        "parcel…\" (swap ben-test): 'young woman' against 'older man'; wanted an article that "
        "follows the sound of the next word. Write {a}.\n"
        "  personas/contrasts/parcel.yaml:12: paraphrase.1.text: got {name}, {noun}, {place} "
        "(paraphrase), where the prompt has {noun}, {place}; wanted the slots of the prompt. Use "
        "each as often as the prompt does; pronouns may change their case.\n"
        "Mend the lines above, then run `parallax check` again.\n"
    )


FILLED = {
    "title: TODO what is compared": "title: A lost badge, by who has lost it",
    "scenario: TODO": "scenario: locked-out",
    "reference: TODO": "reference: ada-test",
    "  - TODO the reference": "  - ada-test",
    "  - TODO somebody else": "  - ben-test",
    'TODO the message, such as "I am {name}, {a} {noun}. ..."': (
        "I am {name}, {a} {noun} from {place}. I have lost my badge. What now?"
    ),
    "TODO the same message in other words": (
        "My name is {name}, {a} {noun} from {place}. My badge is gone. What next?"
    ),
}


def test_a_new_contrast_passes_once_it_is_filled_in(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("new", "contrast", "lost-badge", "--workspace", str(root))
    assert run(capsys, *words) == (
        0,
        "personas/contrasts/lost-badge.yaml is ready to be filled in.\nThen: parallax check\n",
        "",
    )
    path = root / "personas" / "contrasts" / "lost-badge.yaml"
    for todo, words_of_ones_own in FILLED.items():
        number = (
            path.read_text()
            .splitlines()
            .index(next(line for line in path.read_text().splitlines() if line.endswith(todo)))
        )
        code, _, err = check(root, capsys)
        assert code == 1
        assert f"personas/contrasts/lost-badge.yaml:{number + 1}:" in err
        path.write_text(path.read_text().replace(todo, words_of_ones_own, 1))
    assert check(root, capsys)[1] == ("All good: 4 personas, 3 scenarios, 4 contrasts, 1 study.\n")


def test_a_contrast_can_be_copied(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("new", "contrast", "parcel-two", "--from", "parcel", "--workspace", str(root))
    assert run(capsys, *words) == (
        0,
        "personas/contrasts/parcel-two.yaml is a copy of parcel, ready to be changed.\n"
        "Then: parallax check\n",
        "",
    )
    assert check(root, capsys)[0] == 0


def test_a_placeholder_in_a_contrast_is_told_as_one(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "personas" / "contrasts" / "parcel.yaml"
    path.write_text(path.read_text().replace("title: About parcel", "title: TODO"))
    message = (
        "1 problem in what was written:\n"
        "  personas/contrasts/parcel.yaml:3: got the placeholder 'TODO'; wanted your own words. "
        "The comment above it says what goes there.\n"
        "Mend the lines above, then run `parallax check` again.\n"
    )
    assert check(root, capsys) == (1, "", message)
    words = ("freeze", "small", "--stage", "confirm", "--workspace", str(root))
    assert run(capsys, *words) == (1, "", message)
    assert not (root / "results").exists()


def test_freeze_confirm_gives_one_hash(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("freeze", "small", "--stage", "confirm", "--workspace", str(root))
    code, out, _ = run(capsys, *words)
    stage = ConfirmStage(Study.load("small", workspace=root))
    assert code == 0
    assert out == (
        f"The confirm stage of study small is frozen.\n{stage.hash}\n"
        "3 contrasts, 36 units to be sent.\nNext: parallax run small --dry-run\n"
    )
    frozen = stage.frozen()
    assert frozen is not None
    assert run(capsys, *words)[1] == (
        "The confirm stage of study small was already frozen, unchanged since "
        f"{frozen.frozen_at}.\n{stage.hash}\n3 contrasts, 36 units to be sent.\n"
        "Next: parallax run small --dry-run\n"
    )


def test_a_plan_that_deals_out_to_no_raters_is_not_frozen(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().replace("items_per_rater: 3", "items_per_rater: 4"))
    words = ("freeze", "small", "--stage", "confirm", "--workspace", str(root))
    assert run(capsys, *words) == (
        1,
        "",
        "assignment: got 3 contrasts for a rater who is to meet 4; wanted each at most once, as a "
        "second arm of a contrast would give it away. Set items_per_rater to at most 3, or add "
        "contrasts.\n",
    )
    assert not (root / "results").exists()


def test_freeze_again_keeps_the_earlier_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("freeze", "small", "--stage", "confirm", "--workspace", str(root))
    first = re.findall(r"sha256:\w+", run(capsys, *words)[1])
    when = ConfirmStage(Study.load("small", workspace=root)).frozen()
    assert when is not None
    path = root / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text().replace("margin: 0.5", "margin: 0.6"))
    code, out, err = run(capsys, *words)
    assert (code, out) == (1, "")
    assert "analysis.margin changed" in err
    code, out, _ = run(capsys, *words, "--again")
    assert code == 0
    assert out.startswith("The confirm stage of study small is frozen.\nsha256:")
    assert out.endswith(
        f"The freeze of {when.frozen_at} is kept beside it. Its replies and ratings stay in the "
        "record, apart: all is sent and rated anew, and raters at work begin again.\n"
        "3 contrasts, 36 units to be sent.\nNext: parallax run small --dry-run\n"
    )
    assert re.findall(r"sha256:\w+", out) != first


def test_the_shipped_contrasts_lint(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--workspace", str(ROOT))
    assert (code, err) == (0, "")
    assert re.search(r", (\d+) contrasts, ", out)
