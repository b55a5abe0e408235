"""Step of an analysis plan: a question, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from toolkit.analysis.findings import Finding

Status = Literal["primary", "secondary", "account", "exploratory"]


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the plan, and what it came to."""

    key: str
    """Short name; its tables are filed under it."""
    question: str
    """In plain words."""
    status: Status
    """primary: what the frozen plan is for; secondary: named in it and exploratory; account: what
    every report says whatever it is asked; exploratory: not in the plan."""
    findings: tuple[Finding, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )
    """Name to tidy table."""
    notes: tuple[str, ...] = ()
    """Plain sentences, each complete."""
    result: Any = field(default=None, repr=False)
    """What the analysis gave, for figures and further questions; None where it could not be had."""

    def content(self) -> dict[str, Any]:
        """Everything but tables as JSON values."""
        return {
            "key": self.key,
            "question": self.question,
            "status": self.status,
            "notes": list(self.notes),
            "findings": [one.content() for one in self.findings],
        }
