"""Base schema of everything people write: closed, frozen, plain text."""

import ast
from functools import cache
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from toolkit.canon import content_hash
from toolkit.design.field_types import Identifier


class Written(BaseModel):
    """A value read from a file: unknown fields are refused and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True
    )

    @property
    def hash(self) -> str:
        """Hash of the content, the same whatever the file's layout or order of fields."""
        return content_hash(self.model_dump(mode="json"))


class Filed(Written):
    """A value that has a file of its own."""

    FOLDER: ClassVar[str]
    """Folder below ``personas/``."""
    NOUN: ClassVar[str]
    """What one of them is called; also the name of its schema."""

    id: Identifier
    """The file's name without its ending."""


@cache
def meanings(kind: type[Written]) -> dict[str, str]:
    """Read from the source what is said of each field, on the lines right under it.

    Only when somebody asks: pydantic's own ``use_attribute_docstrings`` reads it at each import.
    """
    bases = (one for one in reversed(kind.__mro__) if issubclass(one, Written))
    bodies = (ast.parse(dedent(getsource(one))).body[0] for one in bases)
    return {
        field.target.id: cleandoc(said.value.value)
        for body in bodies
        for field, said in pairwise(getattr(body, "body", ()))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }
