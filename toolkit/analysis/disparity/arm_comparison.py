"""One arm of a study beside the reference of the same contrasts, and what rows rest on."""

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Bools, Codes
from toolkit.analysis.findings import Counts, Speaks
from toolkit.analysis.frames import NULL_ARMS, Coded, Observations, require_stage
from toolkit.errors import AnalysisError


def against_reference(observations: Observations, subject: str) -> pd.DataFrame:
    """Take an arm and the reference of the same contrasts; of pairs, the arm's pairs alone.

    Args:
        observations: of stage confirm.
        subject: a persona's id, ``paraphrase`` or ``resample``.

    Returns:
        Their rows, with ``OBSERVATION_COLUMNS`` and ``own``: True in the arm, False in the
        reference. None when no contrast has both.

    Raises:
        AnalysisError: if rows are of the wrong stage or there is no such arm.
    """
    frame = observations.frame
    require_stage(frame, "confirm")
    own, reference = arm_of(frame).eq(subject), frame["arm"].eq("reference")
    if not own.any():
        raise AnalysisError(
            f"analysis: got {subject!r}; wanted one of the arms that were observed: "
            f"{', '.join(subjects(frame)) or 'there is none'}. Name one of these."
        )
    contrast = frame["contrast"].astype("object")
    both = set(contrast[own]) & set(contrast[reference])
    keep = own if observations.of.paired else (own | reference) & contrast.isin(both)
    return frame.assign(own=own)[keep].reset_index(drop=True)


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


def clusters_of(frame: pd.DataFrame) -> list[Codes]:
    """Number everything that was sampled: scenarios, and raters where there are any."""
    names = ["scenario", "rater"] if frame["rater"].notna().any() else ["scenario"]
    return [codes_of(frame[name]) for name in names]


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
    return Counts.of(frame, personas=swapped.nunique())


def counts_between(data: Coded, own: Bools, rows: Bools) -> Counts:
    """Count what a comparison rests on.

    Args:
        data: the observations, arrays of shape (n,).
        own: rows of the subject alone; scenarios, contrasts and personas are its own.
        rows: those and the rows of what it is compared with.
    """
    return Counts(
        raters=0 if data.rater is None else len(np.unique(data.rater[rows])),
        scenarios=len(np.unique(data.scenario[own])),
        contrasts=len(np.unique(data.contrast[own])),
        personas=len(set(data.persona[own])),
        replies=len(replies_of(data.reply[rows])),
        observations=round(float(data.weight[rows].sum())),
    )


def replies_of(names: "pd.Series[str] | np.ndarray") -> tuple[str, ...]:
    """List ids of replies, each once; some may be missing."""
    return tuple(sorted({str(one) for one in names if not pd.isna(one)}))


def speaks_of(frame: pd.DataFrame) -> Speaks:
    """Say how far rows reach: leads were selected, and one situation stands for itself."""
    planned = len(frame) > 0 and bool(frame["origin"].eq("planned").all())
    return "in general" if planned and frame["scenario"].nunique() > 1 else "these situations"
