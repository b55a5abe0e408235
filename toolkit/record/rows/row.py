"""Row, the base of every kind: its name, version, event, chain and sealable texts."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from inspect import getattr_static
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
    """Version of the body; raised, with a step in ``upgrade``, when its fields change."""
    CHAIN: ClassVar[str]
    """The field that names its chain; empty for the chain of the study."""
    BEGINS: ClassVar[bool] = False
    """Whether its chain may begin with it; any other kind speaks of what is there."""
    ENDS: ClassVar[bool] = False
    """Whether its chain ends with it: no other row of the chain is kept after it."""
    ONCE: ClassVar[str] = ""
    """The field whose value no second row of the kind has in its chain; empty for none."""
    UNDER: ClassVar[str] = ""
    """The field that names another chain, after whose end it is not kept; empty for none."""

    def __init_subclass__(cls) -> None:
        """Enter the kind into the registry.

        Raises:
            TypeError: if a row of this kind could not be kept, read and told from any other.
        """
        super().__init_subclass__()
        if complaint := _complaint(cls):
            raise TypeError(f"record: {_path(cls)} {complaint}")
        Row.BY_KIND[cls.KIND] = cls

    def event_id(self) -> str:
        """Name the event: unique in the record, the same each time the row is sent."""
        return str(getattr(self, f"{self.KIND}_id"))

    def chain(self) -> str:
        """Name the chain the row belongs to."""
        return str(getattr(self, self.CHAIN)) if self.CHAIN else STUDY_CHAIN

    def chains(self) -> tuple[str, ...]:
        """Name every chain that must go on for the row to be kept, its own first."""
        return (self.chain(), *filter(None, [getattr(self, self.UNDER, "")]))

    @classmethod
    def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
        """Turn a body of one version into that of the next; every kind above version 1 has its own.

        Where the default of a new field says enough, it gives the body back.

        Args:
            body: its fields as JSON values.
            version: of ``body``, below ``VERSION``.
        """
        return body

    @classmethod
    def lean(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body without the fields of later versions that are empty.

        Rows that lack them keep their bytes and their digest. It may change ``body``.

        Args:
            body: its fields as JSON values, in full.
        """
        return body

    @classmethod
    def pack(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body as it is stored; a kind may leave out what other rows of its chain hold.

        Args:
            body: its fields as JSON values, in full or as they are stored already.
        """
        return body

    def refers(self) -> bool:
        """Tell whether it lacks what ``pack`` left out, as a row read from its entry may."""
        return False

    def whole(self, texts: Mapping[str, str]) -> Self:
        """Give the row with what ``pack`` left out.

        Args:
            texts: event id to its text, of the whole conversation before.
        """
        return self

    @classmethod
    @cache
    def cells(cls) -> tuple[str, ...]:
        """Name the fields that fit a cell of a table: texts, numbers, truth values or nothing."""
        return tuple(name for name, hint in get_type_hints(cls).items() if _is_cell(hint))

    @classmethod
    @cache
    def sealable(cls) -> frozenset[str]:
        """Name the fields that hold texts, such as ``text`` and ``exchange.attempts.message``."""
        return frozenset(_sealable(cls))


def _path(cls: type[Any]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _complaint(cls: type[Row]) -> str:
    """Say what keeps a class from being a kind of row; empty when it is one."""
    if not hasattr(cls, "KIND"):
        return "has no KIND; wanted a name of its own. Set it in the class."
    other = Row.BY_KIND.get(cls.KIND, cls)
    # With slots, a dataclass is made a second time, of the same fields and as yet without its name.
    known, made = (vars(one).get("__dataclass_fields__") for one in (other, cls))
    if _path(other) != _path(cls) and (made is None or made is not known):
        return (
            f"has the kind {cls.KIND!a} of {_path(other)}; wanted one of its own. Rename its KIND."
        )
    own = cls.__mro__[: cls.__mro__.index(Row)]
    fields = [name for one in own for name in one.__annotations__]
    if cls.event_id is Row.event_id and f"{cls.KIND}_id" not in fields:
        return (
            f"has no field {cls.KIND}_id; wanted one that names its event. Add the field, or give "
            "the kind an event_id() of its own."
        )
    chain = getattr(cls, "CHAIN", None)
    if chain not in ("", *fields):
        return (
            f"has the CHAIN {chain!a}, which is no field of it; wanted one of {', '.join(fields)}, "
            "or '' for the chain of the study. Correct it."
        )
    if cls.VERSION > 1 and getattr_static(cls, "upgrade") is vars(Row)["upgrade"]:
        return (
            f"has the VERSION {cls.VERSION} and no upgrade(); wanted one that takes a body from "
            "each older version to the next. Define it; where defaults say enough, it returns the "
            "body."
        )
    return ""


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
