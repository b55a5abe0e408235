"""The repository speaks of the project alone."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = ("py" + "pi.org", "pythonh" + "osted.org", "npm" + "js.org", "deb.deb" + "ian.org")
MACHINE_PATH = re.compile(
    r"(?:^|[^A-Za-z0-9._/-])/(?:root|home/[a-z]+|Users/[a-z]+|work)/[\w.-]{3,}"
)
CLAIMS = re.compile(r"\b(unbiased|debiased|no bias found)\b", re.IGNORECASE)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def texts() -> list[tuple[str, str]]:
    pairs = []
    for path in tracked():
        if path.is_file():
            data = path.read_bytes()
            if b"\0" not in data[:8000]:
                pairs.append((path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")))
    return pairs


def test_no_registry_address_is_written_anywhere() -> None:
    found = [(name, host) for name, text in texts() for host in REGISTRIES if host in text]
    assert found == []


def test_no_absolute_path_of_a_machine_is_written_anywhere() -> None:
    found = [
        (name, match.group())
        for name, text in texts()
        if not name.startswith("tests/house/") and (match := MACHINE_PATH.search(text))
    ]
    assert found == []


def test_nothing_claims_what_no_test_can_show() -> None:
    found = [
        (name, match.group())
        for name, text in texts()
        if not name.startswith("tests/") and (match := CLAIMS.search(text))
    ]
    assert found == [] or all(name in {"CONTRIBUTING.md"} for name, _ in found)


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "environment.yml", "Makefile"],
)
def test_the_files_people_look_for_are_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_nothing_large_is_tracked() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size
        for path in tracked()
        if path.is_file()
    }
    # Hashes do not compress: a sample of a whole confirm stage cannot be much smaller.
    large = {
        name: size
        for name, size in sizes.items()
        if size > (1_000_000 if name.startswith("results/sample/") else 700_000)
    }
    assert large == {}
