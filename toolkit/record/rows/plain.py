"""A row as plain JSON values, each field checked on the way: the quick half of ``codec.encode``.

The checks of a type are put together once, so a sweep's replies cost little each. What does not
fit is not explained here: ``codec`` looks again, and says what is wrong.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Check = Callable[[Any], Any]
"""Returns the value as JSON has it, or raises Unfit."""
_known: dict[type[Any], Check] = {}


class Unfit(ValueError):
    """Some value is not of its declared type, or not obviously."""


def plain(row: Any) -> dict[str, Any]:
    """Give a row's fields as JSON values; nothing is copied that is plain already.

    Args:
        row: a dataclass.

    Raises:
        Unfit: if a value is not exactly of the type its field declares.
    """
    checked: dict[str, Any] = _dataclass(type(row))(row)
    return checked


def _check(hint: Any) -> Check:
    origin, inside = get_origin(hint), get_args(hint)
    if hint is Any:
        return _anything
    if hint is float:
        return _exactly(float, int)
    if origin is Literal:
        return _one_of(inside)
    if origin in (Union, UnionType):
        (wanted,) = (option for option in inside if option is not NoneType)
        return _optional(_check(wanted))
    if origin is tuple:
        return _each(_check(inside[0]))
    if origin is dict:
        return _mapping(_check(inside[0]), _check(inside[1]))
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint)
    return _exactly(hint)


def _dataclass(of: type[Any]) -> Check:
    if of not in _known:
        _known[of] = _fields(of)
    return _known[of]


def _fields(of: type[Any]) -> Check:
    hints = get_type_hints(of)
    checks = tuple((field.name, _check(hints[field.name])) for field in fields(of))

    def check(value: Any) -> dict[str, Any]:
        if type(value) is not of:
            raise Unfit
        return {name: fit(getattr(value, name)) for name, fit in checks}

    return check


def _anything(value: Any) -> Any:
    return value


def _exactly(*types: type[Any]) -> Check:
    def check(value: Any) -> Any:
        # Not isinstance: True is an int, and a subclass may write itself in its own way.
        if type(value) in types:
            return value
        raise Unfit

    return check


def _one_of(options: tuple[Any, ...]) -> Check:
    def check(value: Any) -> Any:
        if value in options:
            return value
        raise Unfit

    return check


def _optional(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def _each(inner: Check) -> Check:
    def check(value: Any) -> list[Any]:
        if type(value) is tuple or type(value) is list:
            return [inner(one) for one in value]
        raise Unfit

    return check


def _mapping(key: Check, item: Check) -> Check:
    def check(value: Any) -> dict[Any, Any]:
        if type(value) is dict:
            return {key(name): item(one) for name, one in value.items()}
        raise Unfit

    return check
