"""JSON Schemas of what people write, so that editors complete and check while they type."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from toolkit.design.contrasts import Contrast
from toolkit.design.file_schema import Written, meanings
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.studies import Study
from toolkit.design.workspace_files import PERSONAS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KINDS = (Persona, Scenario, Contrast, Study)


def schemas() -> dict[str, dict[str, Any]]:
    """Make the JSON Schemas: file name, such as ``persona.json``, to schema."""
    return {
        f"{kind.NOUN}.json": {
            "$schema": _DIALECT,
            **kind.model_json_schema(schema_generator=_Described),
        }
        for kind in _KINDS
    }


class _Described(GenerateJsonSchema):
    """Tells editors of each field what is said of it."""

    def model_schema(self, schema: ModelSchema) -> dict[str, Any]:
        made = super().model_schema(schema)
        kind: type[Written] = schema["cls"]
        said = meanings(kind)
        for name, field in made["properties"].items():
            if name in said:
                field["description"] = said[name]
        return made


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas into ``folder``, made if need be, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / name: text for name, text in _texts().items()}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(paths)


def stale_schemas(workspace: str | os.PathLike[str]) -> list[Path]:
    """List the schema files of a workspace that are missing or not what this toolkit writes."""
    folder = Path(workspace) / PERSONAS / "schema"
    return [folder / name for name, text in _texts().items() if _read(folder / name) != text]


def _texts() -> dict[str, str]:
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
