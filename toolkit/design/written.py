"""The base of everything people write: closed, frozen, plain text."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from toolkit.canon import content_hash

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\n]*$")
]
"""Text of one line, 1–300 characters."""
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6000)]
"""Text of one or more lines, 1–6000 characters."""
Count = Annotated[int, Field(ge=1)]


class Written(BaseModel):
    """A value read from a file: unknown fields are refused and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, str_strip_whitespace=True
    )

    @property
    def hash(self) -> str:
        """Hash of the content, the same whatever the file's layout or order of fields."""
        return content_hash(self.model_dump(mode="json"))
