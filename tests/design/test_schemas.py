"""JSON Schemas: current, and at one with what the toolkit itself accepts."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from toolkit.design import HARMS, Workspace, schemas, stale_schemas, write_schemas

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "persona": "people",
    "scenario": "scenarios",
    "contrast": "contrasts",
    "study": "studies",
}


def test_the_committed_schemas_are_current() -> None:
    assert stale_schemas(ROOT) == []


def test_writing_cures_staleness(desk: Any) -> None:
    folder = desk.root / "personas" / "schema"
    names = ["persona.json", "scenario.json", "contrast.json", "study.json"]
    assert [path.name for path in stale_schemas(Workspace(desk.root))] == names
    assert write_schemas(folder) == [folder / name for name in names]
    assert stale_schemas(desk.root) == []
    (folder / "study.json").write_text("{}")
    assert stale_schemas(desk.root) == [folder / "study.json"]


@pytest.mark.parametrize("noun", FOLDERS)
def test_a_schema_is_closed_and_described(noun: str) -> None:
    schema = schemas()[f"{noun}.json"]
    jsonschema.Draft202012Validator.check_schema(schema)
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["additionalProperties"] is False
        for name, field in part["properties"].items():
            assert field.get("description") or "$ref" in field, name


def test_editors_are_offered_the_vocabulary() -> None:
    harms = schemas()["scenario.json"]["properties"]["harms"]["items"]
    assert harms["enum"] == list(HARMS)
    assert len(harms["enumDescriptions"]) == len(HARMS)
    factors = schemas()["persona.json"]["properties"]["factors"]
    assert factors["properties"]["gender"]["enum"] == ["woman", "man", "nonbinary"]
    assert factors["additionalProperties"] is False


def as_an_editor_reads(path: Path) -> Any:
    """Numbers become numbers; everything else stays text, as our files mean it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_EditorLoader)


class _EditorLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag.endswith((":int", ":float"))]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@pytest.mark.parametrize("noun", FOLDERS)
def test_every_committed_file_satisfies_its_schema(noun: str) -> None:
    validator = jsonschema.Draft202012Validator(schemas()[f"{noun}.json"])
    for path in sorted((ROOT / "personas" / FOLDERS[noun]).glob("*.yaml")):
        errors = [error.message for error in validator.iter_errors(as_an_editor_reads(path))]
        assert errors == [], path.name


@pytest.mark.parametrize(
    ("folder", "name", "old", "new"),
    [
        ("people", "ada", "gender: woman", "gender: female"),
        ("people", "ada", "  age_band:", "  age_bnad:"),
        ("people", "ada", "goals:", "gaols:"),
        ("people", "ada", "id: ada", "id: ../ada"),
        ("scenarios", "hour", "allocative.economic_loss", "economic_loss"),
        ("studies", "pilot", "minutes: 20", "minutes: twenty"),
        ("studies", "pilot", "dimension: inclusion", "dimension: trust"),
    ],
)
def test_an_editor_refuses_what_the_toolkit_refuses(
    desk: Any, folder: str, name: str, old: str, new: str
) -> None:
    noun = {value: key for key, value in FOLDERS.items()}[folder]
    validator = jsonschema.Draft202012Validator(schemas()[f"{noun}.json"])
    path = desk.path(folder, name)
    assert validator.is_valid(as_an_editor_reads(path))
    desk.replace(folder, name, old, new)
    assert not validator.is_valid(as_an_editor_reads(path))
