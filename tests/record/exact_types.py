"""Does a row hold exactly what its kind declares? Looked up field by field, without the codec."""

from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def fits(value: Any, hint: Any) -> bool:
    """Whether ``value`` is of type ``hint``; whole numbers pass for floats, lists for tuples."""
    if hint is Any:
        return True
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        return type(value) is hint and all(
            fits(getattr(value, field.name), hints[field.name]) for field in fields(hint)
        )
    inside = get_args(hint)
    match get_origin(hint):
        case None:
            return type(value) is hint or (hint is float and type(value) is int)
        case origin if origin is Literal:
            return type(value) is str and value in inside
        case origin if origin in (Union, UnionType):
            wanted = next(one for one in inside if one is not NoneType)
            return value is None or fits(value, wanted)
        case origin if origin is tuple:
            return type(value) in (tuple, list) and all(fits(one, inside[0]) for one in value)
        case origin if origin is dict:
            return type(value) is dict and all(
                fits(name, inside[0]) and fits(one, inside[1]) for name, one in value.items()
            )
    raise TypeError(f"no rule for {hint}")
