"""What people write wrongly, as `parallax check` and `parallax lab` tell them."""

from collections.abc import Callable
from pathlib import Path

import pytest

ADA = "personas/people/ada-test.yaml"
STUDY = "personas/studies/small.yaml"
FIELDS = "one of id, title, factors, cues, voice, background, goals, would_notice"
FACTORS = (
    "one of gender, age_band, ethnicity, disability, impairment, language_proficiency, "
    "caring_duties, job_level, socioeconomic_background, religion, dialect, sexual_orientation, "
    "assistive_technology, role, tenure"
)
ID = (
    "lower-case letters and digits in words joined by '-' or '_', starting with a letter, at "
    "most 64 characters"
)
Spoil = Callable[[Path], object]


def add(file: str, text: str) -> Spoil:
    def spoil(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return spoil


def replace(file: str, old: str, new: str) -> Spoil:
    def spoil(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return spoil


def link(root: Path) -> None:
    (root / ADA).rename(root / "ada.yaml")
    (root / ADA).symlink_to(root / "ada.yaml")


BOMB = "bomb: &a [x, x]\nbigger: [*a, *a, *a]\n"
MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "unknown field": (
        add(ADA, "goal: [x]\n"),
        (f"{ADA}:18: goal: got an unknown field; wanted {FIELDS}. Did you mean 'goals'?",),
    ),
    "duplicate key": (
        add(ADA, "title: Again\n"),
        (
            f"{ADA}:18: title: got 'title' a second time; wanted each field once. It is already on "
            "line 3; keep one of the two.",
        ),
    ),
    "NO": (
        replace(ADA, "gender: woman", "gender: NO"),
        (f"{ADA}:5: factors.gender: got 'NO'; wanted one of woman, man, nonbinary.",),
    ),
    "alias bomb": (
        add(ADA, BOMB),
        (
            f"{ADA}:18: got the anchor '&a'; wanted the text itself. Write it out in full.",
            f"{ADA}:18: bomb: got an unknown field; wanted {FIELDS}. Delete it or correct its "
            "name.",
            f"{ADA}:19: got the alias '*a'; wanted the text itself. Write it out in full.",
            f"{ADA}:19: bigger: got an unknown field; wanted {FIELDS}. Delete it or correct its "
            "name.",
        ),
    ),
    "10 MB file": (
        lambda root: (root / ADA).write_bytes(b"x" * 10_000_000),
        (f"{ADA}: got 10,000,000 bytes; wanted at most 262,144 bytes. Shorten the texts.",),
    ),
    "path-like id": (
        replace(STUDY, "ada-test,", "../../etc/passwd,"),
        (f"{STUDY}:5: personas.1: got '../../etc/passwd'; wanted {ID}.",),
    ),
    "symlink": (
        link,
        (
            f"{ADA}: got a symbolic link; wanted a regular file. Replace the link by a copy of "
            "what it points to.",
        ),
    ),
    "unknown factor": (
        replace(ADA, "gender: woman", "shoe_size: big"),
        (
            f"{ADA}:5: factors.shoe_size: got 'shoe_size'; wanted an attribute of the "
            f"vocabulary: {FACTORS}.",
        ),
    ),
    "missing scenario": (
        lambda root: (root / "personas/scenarios/late-parcel.yaml").unlink(),
        (
            f"{STUDY}:6: scenarios.1: got 'late-parcel'; wanted the id of a scenario: one of "
            "locked-out, pay-question. Make it with `parallax new scenario`.",
        ),
    ),
}


def told(lines: tuple[str, ...]) -> str:
    count = f"{len(lines)} problem{'s' if len(lines) > 1 else ''}"
    return (
        f"{count} in what was written:\n"
        + "".join(f"  {line}\n" for line in lines)
        + "Mend the lines above, then run `parallax check` again.\n"
    )


@pytest.mark.parametrize("command", ["check", "lab", "freeze", "sample"])
@pytest.mark.parametrize(("spoil", "lines"), MISTAKES.values(), ids=MISTAKES)
def test_every_command_tells_a_mistake_in_the_same_words(
    workspace: Path, run, command: str, spoil: Spoil, lines: tuple[str, ...]
) -> None:
    spoil(workspace)
    words = {"lab": ["--no-browser"], "freeze": ["small"]}.get(command, [])
    assert run(command, *words, "--workspace", workspace) == (1, "", told(lines))
    assert not (workspace / "results").exists()


@pytest.mark.parametrize("mistake", ["alias bomb", "missing scenario"])
def test_a_terminal_shows_the_same(workspace: Path, run_apart, mistake: str) -> None:
    spoil, lines = MISTAKES[mistake]
    spoil(workspace)
    assert run_apart("check", "--workspace", workspace) == (1, "", told(lines))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("lab", "--no-browser", "--study"), "study"),
        (("freeze",), "study"),
        (("status",), "study"),
        (("verify",), "study"),
        (("sample", "--study"), "study"),
        (("new", "persona"), "persona"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("name", ["../../etc/passwd", "small.yaml"])
def test_a_path_on_the_command_line_is_no_id(
    workspace: Path, run, words: tuple[str, ...], what: str, name: str
) -> None:
    before = sorted(workspace.parent.rglob("*"))
    assert run(*words, name, "--workspace", workspace) == (
        1,
        "",
        f"{what}: got '{name}'; wanted {ID}, for example 'amara-okafor'. Give the id alone, "
        "without a folder or an ending.\n",
    )
    assert sorted(workspace.parent.rglob("*")) == before
