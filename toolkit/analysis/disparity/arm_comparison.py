"""One arm of a study beside the reference of the same contrasts, as arrays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Bools, Codes, Floats
from toolkit.analysis.findings import Counts, Speaks
from toolkit.analysis.frames import Observations, require_stage
from toolkit.errors import AnalysisError

NULL_ARMS = ("paraphrase", "resample")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows of one arm and of the reference in the contrasts that have both; arrays of shape (n,).

    Empty when no contrast has both.
    """

    subject: str
    """A persona's id, ``paraphrase`` or ``resample``."""
    frame: pd.DataFrame
    """The rows, with ``OBSERVATION_COLUMNS``."""
    value: Floats
    weight: Floats
    own: Bools
    """True in the arm, False in the reference."""
    scenario: Codes
    contrast: Codes
    rater: Codes | None
    """None when no rater judged."""

    @property
    def clusters(self) -> tuple[Codes, ...]:
        """Everything that was sampled: scenarios, and raters where there are any."""
        return (self.scenario,) if self.rater is None else (self.scenario, self.rater)

    @property
    def counts(self) -> Counts:
        """What the comparison rests on."""
        return counts_of(self.frame)

    @property
    def speaks_of(self) -> Speaks:
        """In general from planned contrasts of at least two situations alone."""
        return speaks_of(self.frame)

    @property
    def replies(self) -> tuple[str, ...]:
        """Ids of the replies, each once."""
        return tuple(sorted(set(self.frame["reply"].dropna().astype("str"))))


def against_reference(observations: Observations, subject: str) -> Comparison:
    """Take an arm and the reference of the same contrasts; of pairs, the arm's pairs alone.

    Args:
        observations: of stage confirm.
        subject: a persona's id, ``paraphrase`` or ``resample``.

    Raises:
        AnalysisError: if rows are of the wrong stage or there is no such arm.
    """
    require_stage(observations.frame, "confirm")
    frame, own = observations.frame, arm_of(observations.frame).eq(subject).to_numpy()
    if not own.any():
        raise AnalysisError(
            f"analysis: got {subject!r}; wanted one of the arms that were observed: "
            f"{', '.join(subjects(frame)) or 'there is none'}. Name one of these."
        )
    reference = frame["arm"].eq("reference").to_numpy()
    contrast = frame["contrast"].astype("object")
    both = set(contrast[own]) & set(contrast[reference])
    keep = (own | reference) & contrast.isin(both).to_numpy()
    if observations.of.paired:
        keep = own
    rows = frame[keep].reset_index(drop=True)
    return Comparison(
        subject=subject,
        frame=rows,
        value=rows["value"].to_numpy("float64"),
        weight=rows["weight"].to_numpy("float64"),
        own=own[keep],
        scenario=codes_of(rows["scenario"]),
        contrast=codes_of(rows["contrast"]),
        rater=codes_of(rows["rater"]) if rows["rater"].notna().any() else None,
    )


def arm_of(frame: pd.DataFrame) -> "pd.Series[str]":
    """Name the arm of each row: a persona's id for swaps, else the arm's own name."""
    arm = frame["arm"].astype("object")
    return arm.mask(arm.eq("swap"), frame["persona"].astype("object"))


def subjects(frame: pd.DataFrame) -> list[str]:
    """List what is compared with the reference: personas by id, then the null arms."""
    found = set(arm_of(frame).dropna())
    people = sorted(found - {"reference", *NULL_ARMS})
    return [*people, *(one for one in NULL_ARMS if one in found)]


def codes_of(column: "pd.Series[str]") -> Codes:
    """Give each value a whole number from 0, in the order of the values; missing is one too."""
    text = column.astype("object").where(column.notna(), "")
    return np.unique(text.to_numpy(dtype="str"), return_inverse=True)[1].astype(np.intp)


def units_of(frame: pd.DataFrame) -> Codes:
    """Number what could be independent at best: a text at an endpoint, as one rater judged it.

    The same sent again, or judged again, adds no unit.
    """
    names = ["scenario", "contrast", "arm", "persona", "endpoint", "rater"]
    made = frame[names].astype("object").groupby(names, dropna=False, sort=False).ngroup()
    return made.to_numpy().astype(np.intp)


def counts_of(frame: pd.DataFrame) -> Counts:
    """Count what rows of observations rest on."""
    swapped = frame.loc[frame["arm"].eq("swap"), "persona"]
    return Counts(
        raters=frame["rater"].nunique(),
        scenarios=frame["scenario"].nunique(),
        contrasts=frame["contrast"].nunique(),
        personas=swapped.nunique(),
        replies=frame["reply"].nunique(),
        observations=round(float(frame["weight"].sum())),
    )


def speaks_of(frame: pd.DataFrame) -> Speaks:
    """Say how far rows reach: leads were selected, and one situation stands for itself."""
    planned = len(frame) > 0 and bool(frame["origin"].eq("planned").all())
    return "in general" if planned and frame["scenario"].nunique() > 1 else "these situations"
