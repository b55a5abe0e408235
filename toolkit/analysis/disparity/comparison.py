"""Columns and contrasts of coefficients of a comparison, and its claims.

Against the reference: one column a persona, and the contrast's reference has none. Against the
grand mean: whoever's cues a reply was sent with, the reference's included, has a column, and the
claim is about a persona's coefficient less the average of all. Null arms stand beside either way,
each against the persona they were sent with.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from toolkit.analysis.disparity.claims import Claim, nothing_of
from toolkit.analysis.engine import Bools, Floats
from toolkit.analysis.frames import NULL_ARMS, Coded, CompareWith

GRAND_MEAN = "grand mean"


@dataclass(frozen=True)
class Comparison:
    """A design and its claims, in the order of its effects."""

    columns: list[Bools]
    combine: Floats
    own: list[Bools]
    claims: list[Claim]
    """One a combination, then one a null arm."""


def comparison(data: Coded, compare_with: CompareWith) -> Comparison:
    """Lay out the comparison of every persona.

    Args:
        data: the observations.
        compare_with: what each persona is compared with.
    """
    with_reference = compare_with == "reference"
    personas = data.subjects if with_reference or data.pairs else data.everybody
    columns = [data.of(one) if with_reference else data.sent_with(one) for one in personas]
    own = [rows & data.compared for rows in columns]
    count = len(personas)
    those = "replies to the reference" if with_reference else f"the average of all {count} personas"
    claims = [
        Claim(
            subject=persona,
            about="these personas",
            compared_with="reference" if with_reference else GRAND_MEAN,
            estimand=estimand(f"replies to {persona}", those),
            rows=data.beside(rows) if with_reference else _those_beside(data, rows),
            own=rows,
            index=index,
        )
        for index, (persona, rows) in enumerate(zip(personas, own, strict=True))
    ]
    combine = np.eye(count) - (0 if with_reference else 1 / max(count, 1))
    return Comparison(columns, combine, own, [*claims, *_nulls(data, count)])


def unseen(data: Coded, compare_with: CompareWith, personas: Iterable[str]) -> list[Claim]:
    """Make claims about personas of whom nothing was observed: there is nothing to claim.

    Args:
        data: the observations, arrays of shape (n,); none of their rows belongs to these
            claims.
        compare_with: ``reference`` or ``grand_mean``, for the words of the estimand.
        personas: ids of those of whom nothing was observed; may be empty.
    """
    nothing = np.zeros(len(data.value), dtype="bool")
    those = "replies to the reference" if compare_with == "reference" else "the average of all"
    return [
        Claim(
            subject=persona,
            about="these personas",
            compared_with="reference" if compare_with == "reference" else GRAND_MEAN,
            estimand=estimand(f"replies to {persona}", those),
            rows=nothing,
            own=nothing,
            caveats=(nothing_of(persona),),
        )
        for persona in sorted(personas)
    ]


def _nulls(data: Coded, first: int) -> list[Claim]:
    return [
        Claim(
            subject=name,
            about="all personas",
            compared_with="reference",
            estimand=estimand(f"{name} replies", "replies to the reference"),
            rows=data.beside(data.arm == name),
            own=data.arm == name,
            index=first + place,
        )
        for place, name in enumerate(NULL_ARMS)
    ]


def _those_beside(data: Coded, rows: Bools) -> Bools:
    """Rows that compare personas within the contrasts of some; all of them where pairs are."""
    here = data.pairs | np.isin(data.block, np.unique(data.block[rows]))
    return np.asarray(data.compared & here, dtype="bool")


def estimand(these: str, those: str) -> str:
    """Name the estimand of a comparison in words.

    Args:
        these: the replies that are compared, such as ``replies to amara-okafor``.
        those: what they are compared with, such as ``replies to the reference``.
    """
    return f"average difference of {these} from {those}, each scenario counting equally"
