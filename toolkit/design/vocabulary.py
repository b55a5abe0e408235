"""The vocabulary: every closed list of words used in files, on panels and in the record.

The words themselves, their sources and the version are data, in ``vocabulary.json``. The version
goes up whenever a key or a meaning changes, because what people rated by then meant something
else; it is part of a study's hash. A harm's key is ``type.subtype``, because alienation stands in
two types.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from toolkit.design.document import one_of, suggestion
from toolkit.design.validation_errors import key_of, raise_at, refusal

FREE_TEXT_LENGTH = 120
_DATA = json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
VERSION: int = _DATA["version"]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a closed list."""

    key: str
    """As written in files and kept in the record."""
    label: str
    """At most four words, for a list to pick from."""
    meaning: str
    """One sentence in plain words."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One attribute of a persona."""

    key: str
    meaning: str
    """What the attribute describes, in plain words."""
    legal_lists: tuple[str, ...]
    """Lists of protected characteristics it falls under; empty for a control."""
    values: tuple[str, ...]
    """The values allowed; empty for free text of 1–120 characters."""


def _terms(name: str) -> Mapping[str, Term]:
    return MappingProxyType({key: Term(key, *words) for key, words in _DATA[name].items()})


def _key_of(terms: Mapping[str, Term]) -> tuple[Any, ...]:
    return key_of({key: f"{term.label}: {term.meaning}" for key, term in terms.items()})


TRUST_DIMENSIONS = _terms("trust_dimensions")
"""What testers rate: key to Term."""
CONSEQUENCES = _terms("consequences")
"""What a bad answer could cost the persona: key to Term."""
ACCEPTABLE_USES = _terms("acceptable_uses")
"""Classes of use with a line not to cross: key to Term."""
HARM_TYPES = _terms("harm_types")
"""Harm type to Term."""
HARMS = _terms("harms")
"""What can go wrong for a person, in words a tester can pick from: harm key to Term."""
UNSURE = Term("unsure", "Not sure", "Something feels wrong and none of the others fits.")
FLAG_HARMS = MappingProxyType({**HARMS, UNSURE.key: UNSURE})
"""What a tester can pick when flagging: every harm, and ``unsure``."""
FACTORS = MappingProxyType(
    {
        key: Factor(key, one["meaning"], tuple(one["legal_lists"]), tuple(one.get("values", ())))
        for key, one in _DATA["factors"].items()
    }
)
"""Attributes that a persona is described by, in the order in which cards and tables show them."""


def _check_values(values: dict[str, str]) -> dict[str, str]:
    found = ((key, value, _refused(key, value)) for key, value in values.items())
    raise_at(((key,), refused, value) for key, value, refused in found if refused)
    return values


def _refused(key: str, value: str) -> PydanticCustomError | None:
    if key not in FACTORS:
        hint = suggestion(key, FACTORS)
        return refusal(f"an attribute of the vocabulary: {one_of(FACTORS)}", hint, got=repr(key))
    allowed = FACTORS[key].values
    if allowed:
        return None if value in allowed else refusal(one_of(allowed), suggestion(value, allowed))
    if not 1 <= len(value) <= FREE_TEXT_LENGTH or "\n" in value:
        return refusal(f"one line of 1 to {FREE_TEXT_LENGTH} characters")
    return None


def _value_schema(factor: Factor) -> dict[str, Any]:
    lists = "; ".join(factor.legal_lists) or "a control, not a protected characteristic"
    schema: dict[str, Any] = {"type": "string", "description": f"{factor.meaning} ({lists})"}
    if factor.values:
        return schema | {"enum": list(factor.values)}
    return schema | {"minLength": 1, "maxLength": FREE_TEXT_LENGTH}


TrustDimension = Annotated[str, *_key_of(TRUST_DIMENSIONS)]
"""The key of a trust dimension."""
Consequence = Annotated[str, *_key_of(CONSEQUENCES)]
"""The key of a consequence class."""
AcceptableUse = Annotated[str, *_key_of(ACCEPTABLE_USES)]
"""The key of an acceptable-use class."""
Harm = Annotated[str, *_key_of(HARMS)]
"""The key of a harm."""
Attribute = Annotated[str, *key_of({key: factor.meaning for key, factor in FACTORS.items()})]
"""The key of a factor."""
FactorValues = Annotated[
    dict[str, str],
    AfterValidator(_check_values),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {key: _value_schema(factor) for key, factor in FACTORS.items()},
            "additionalProperties": False,
        }
    ),
]
"""Attribute to value, each held to its factor."""
