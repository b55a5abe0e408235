"""Ids and levels that people cannot tell apart are refused, both of them shown."""

from pathlib import Path

import pytest
from small_world import make_workspace

from toolkit.design import Workspace
from toolkit.errors import InvalidFiles

LEVELS = [
    ("Zoë's", "Zoe\u0308's", "two Unicode forms"),
    ("West", "Wеst", "a Cyrillic letter"),
    ("West", "west", "a capital"),
    ("Level 1", "Level l", "a one and an l"),
    ("West Coast", "West\u00a0Coast", "a no-break space"),
    ("West Coast", "West  Coast", "two spaces"),
    ("West", "We\u200bst", "a zero-width space"),
    ("Grade 0", "Grade O", "a zero and an o"),
    ("North-East", "North‑East", "a no-break hyphen"),
    ("O'Hara", "O’Hara", "two apostrophes"),
    ("West", "Ｗest", "a full-width letter"),
    ("مصري", "مصری", "Arabic and Persian yeh"),
]


def world(tmp_path: Path, one: str, other: str) -> Workspace:
    """A workspace whose first two personas speak dialects of these names."""
    root = make_workspace(tmp_path)
    files = sorted((root / "personas/people").glob("*.yaml"))[:2]
    for path, level in zip(files, (one, other), strict=True):
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [line for line in lines if not line.strip().startswith("dialect:")]
        at = next(n for n, line in enumerate(lines) if line.startswith("factors:"))
        lines.insert(at + 1, f'  dialect: "{level}"')
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Workspace(root)


@pytest.mark.parametrize(("one", "other", "why"), LEVELS, ids=[one[2] for one in LEVELS])
def test_levels_that_look_alike_are_refused(tmp_path: Path, one: str, other: str, why: str) -> None:
    with pytest.raises(InvalidFiles) as refused:
        world(tmp_path, one, other).check()
    (said,) = (str(one) for one in refused.value.complaints if "another persona" in one.got)
    assert "one spelling a level" in said, why
    first, _, second = said.partition("', where another persona has '")
    assert first.rpartition("'")[2] != second.partition("'")[0]
    assert said.isascii()


@pytest.mark.parametrize(
    ("one", "other"), [("West", "East"), ("José", "Jose"), ("West", "West"), ("A 1", "A 2")]
)
def test_levels_that_differ_to_the_eye_pass(tmp_path: Path, one: str, other: str) -> None:
    world(tmp_path, one, other).check()


def test_ids_that_look_alike_are_refused(tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    path = min((root / "personas/people").glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    for name in ("west-1", "west-l"):
        made = text.replace(f"id: {path.stem}", f"id: {name}")
        (path.parent / f"{name}.yaml").write_text(made, encoding="utf-8")
    with pytest.raises(InvalidFiles) as refused:
        Workspace(root).check()
    assert "two ids of a persona that look alike: 'west-1' and 'west-l'" in str(refused.value)
