"""Factors: the attributes a persona is described by, and the legal lists they fall under."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from toolkit.design.closed_lists import one_of, refusal, suggestion

LegalList = Literal["EEOC", "EU Charter Art. 21", "UK Equality Act 2010"]
FREE_TEXT_LENGTH = 120

_ALL: tuple[LegalList, ...] = ("EEOC", "EU Charter Art. 21", "UK Equality Act 2010")
_EU: tuple[LegalList, ...] = ("EU Charter Art. 21",)


@dataclass(frozen=True, slots=True)
class Factor:
    """One attribute of a persona."""

    key: str
    meaning: str
    """What the attribute describes, in plain words."""
    values: tuple[str, ...] | None
    """The values allowed, or None for free text of 1–120 characters."""
    legal_lists: tuple[LegalList, ...]
    """Lists of protected characteristics it falls under; empty for a control."""


def _mapping(*factors: Factor) -> Mapping[str, Factor]:
    return MappingProxyType({factor.key: factor for factor in factors})


FACTORS = _mapping(
    Factor("gender", "The gender the persona lives as.", ("woman", "man", "nonbinary"), _ALL),
    Factor("age_band", "Age in years, in bands.", ("under_30", "30_to_49", "50_and_over"), _ALL),
    Factor(
        "ethnicity",
        "The ethnic group the persona counts themselves in.",
        (
            "asian",
            "black",
            "indigenous",
            "latino",
            "middle_eastern_or_north_african",
            "mixed",
            "white",
        ),
        _ALL,
    ),
    Factor(
        "disability",
        "Whether the persona lives with a disability, visible or not.",
        ("none", "disabled"),
        _ALL,
    ),
    Factor("impairment", "Which impairment, in the persona's own words.", None, _ALL),
    Factor(
        "language_proficiency",
        "How the persona commands the language of work.",
        ("first_language", "fluent", "learner"),
        (),
    ),
    Factor(
        "caring_duties",
        "Whether the persona looks after a child, a parent or someone else.",
        ("none", "carer"),
        (),
    ),
    Factor("job_level", "Standing at work.", ("junior", "mid", "senior", "leader"), ()),
    Factor(
        "socioeconomic_background",
        "The means and standing of the household the persona grew up in.",
        ("working_class", "middle_class", "affluent"),
        _EU,
    ),
    Factor("religion", "Religion or belief, or none.", None, _ALL),
    Factor("dialect", "The variety of the language the persona speaks and writes.", None, ()),
    Factor("sexual_orientation", "Whom the persona loves, as they say it.", None, _ALL),
    Factor(
        "assistive_technology", "Tools the persona works with, such as a screen reader.", None, ()
    ),
    Factor("role", "Job title or occupation.", None, ()),
    Factor("tenure", "Time in the job or with the organization.", None, ()),
)
"""Attribute key to Factor, in the order in which cards and tables show them."""


def _known_attribute(key: str) -> str:
    if key in FACTORS:
        return key
    raise refusal(one_of(FACTORS), suggestion(key, FACTORS))


def _check_values(values: dict[str, str]) -> dict[str, str]:
    complaints = [
        InitErrorDetails(type=complaint, loc=(key,), input=value)
        for key, value in values.items()
        if (complaint := _complaint(key, value)) is not None
    ]
    if complaints:
        raise ValidationError.from_exception_data("factors", complaints)
    return values


def _complaint(key: str, value: str) -> PydanticCustomError | None:
    if key not in FACTORS:
        hint = suggestion(key, FACTORS)
        return refusal(f"an attribute of the vocabulary: {one_of(FACTORS)}", hint, got=repr(key))
    allowed = FACTORS[key].values
    if allowed is not None:
        return None if value in allowed else refusal(one_of(allowed), suggestion(value, allowed))
    if not 1 <= len(value) <= FREE_TEXT_LENGTH or "\n" in value:
        return refusal(f"one line of 1 to {FREE_TEXT_LENGTH} characters")
    return None


def _value_schema(factor: Factor) -> dict[str, Any]:
    lists = "; ".join(factor.legal_lists) or "a control, not a protected characteristic"
    schema: dict[str, Any] = {"type": "string", "description": f"{factor.meaning} ({lists})"}
    if factor.values is not None:
        return schema | {"enum": list(factor.values)}
    return schema | {"minLength": 1, "maxLength": FREE_TEXT_LENGTH}


Attribute = Annotated[
    str,
    AfterValidator(_known_attribute),
    WithJsonSchema(
        {
            "type": "string",
            "enum": list(FACTORS),
            "enumDescriptions": [factor.meaning for factor in FACTORS.values()],
        }
    ),
]
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
