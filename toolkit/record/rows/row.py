"""What every kind of row says about itself: its name, version, event, chain and sealable texts."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    Self,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

_CELLS = (str, int, float, bool, NoneType)
STUDY_CHAIN = "study"
"""The chain of what belongs to no participant and no session."""


class Sealable(NamedTuple):
    """Marks a field that holds what a person wrote or an endpoint answered."""

    within: tuple[str, ...] = ()
    """Keys of an object that hold it; empty: all of the field."""


SEALABLE = Sealable()
Words = Annotated[str, SEALABLE]
"""A text that a person wrote or an endpoint answered."""


class Stored:
    """Base of everything that is kept: exact types, no field that is not declared."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "strict": True,
        "extra": "forbid",
        "revalidate_instances": "always",
    }

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let an object be given for a dataclass and a list for a tuple, as JSON has them."""
        schema = handler(source)
        schema["strict"] = False
        for field in schema["schema"]["fields"]:
            if field["schema"]["type"] == "tuple":
                field["schema"]["strict"] = False
        return schema


class Row(Stored):
    """One thing that happened; each kind is a frozen dataclass of its own."""

    __slots__ = ()
    BY_KIND: ClassVar[dict[str, type["Row"]]] = {}
    """Every kind of row by its name; a kind enters it by being defined."""
    KIND: ClassVar[str]
    VERSION: ClassVar[int] = 1
    """Version of the body; raised, with a step in ``upgrade``, when its shape changes."""
    CHAIN: ClassVar[str]
    """The field that names its chain; empty for the chain of the study."""
    BEGINS: ClassVar[bool] = False
    """Whether its chain may begin with it; any other kind speaks of what is there."""

    def __init_subclass__(cls) -> None:
        """Enter the kind into the registry.

        Raises:
            TypeError: if another class has its kind, or no field names its event.
        """
        super().__init_subclass__()
        other = Row.BY_KIND.get(cls.KIND, cls)
        # With slots, a dataclass is made a second time, at first without its qualified name.
        if _path(other) != _path(cls):
            raise TypeError(
                f"record: {_path(cls)} has the kind {cls.KIND!a} of {_path(other)}; wanted one of "
                "its own. Rename its KIND."
            )
        named = f"{cls.KIND}_id"
        if cls.event_id is Row.event_id and named not in cls.__annotations__:
            raise TypeError(
                f"record: {_path(cls)} has no field {named}; wanted one that names its event. Add "
                "the field, or give the kind an event_id() of its own."
            )
        Row.BY_KIND[cls.KIND] = cls

    def event_id(self) -> str:
        """Name the event: unique in the record, the same each time the row is sent."""
        return str(getattr(self, f"{self.KIND}_id"))

    def chain(self) -> str:
        """Name the chain the row belongs to."""
        return str(getattr(self, self.CHAIN)) if self.CHAIN else STUDY_CHAIN

    @classmethod
    def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
        """Turn a body of one version into that of the next; a new field's default needs no step.

        Args:
            body: its fields as JSON values.
            version: of ``body``, below ``VERSION``.
        """
        return body

    @classmethod
    def pack(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body as it is stored; a kind may leave out what other rows of its chain hold.

        Args:
            body: its fields in full, as JSON values.
        """
        return body

    def whole(self, texts: Mapping[str, str] | None) -> Self:
        """Give the row with what ``pack`` left out.

        Args:
            texts: event id to its text, of the whole conversation before; None: not known here.
        """
        return self

    @classmethod
    @cache
    def cells(cls) -> tuple[str, ...]:
        """Name the fields that fit a cell of a table: texts, numbers, truth values or nothing."""
        return tuple(name for name, hint in get_type_hints(cls).items() if _is_cell(hint))

    @classmethod
    def sealable(cls) -> frozenset[str]:
        """Name the fields that hold texts, such as ``text`` and ``exchange.attempts.message``."""
        return frozenset(_sealable(cls))


def _path(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__name__}"


def _is_cell(hint: Any) -> bool:
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return all(one in _CELLS or get_origin(one) is Literal for one in options)


def _sealable(of: type[Any], prefix: str = "") -> Iterator[str]:
    for name, hint in get_type_hints(of, include_extras=True).items():
        inside = get_args(hint)
        for mark in inside:
            if isinstance(mark, Sealable):
                yield from (f"{prefix}{name}.{key}" for key in mark.within)
                yield from () if mark.within else (prefix + name,)
        for inner in (hint, *inside):
            if isinstance(inner, type) and is_dataclass(inner):
                yield from _sealable(inner, f"{prefix}{name}.")
