"""Two one-sided tests of equivalence, and the verdict on a difference with a margin.

A difference *differs* when its two-sided interval leaves out 0. It is *equivalent* when the two
one-sided tests (D. J. Schuirmann 1987) both reject, which is when the interval of level
``1 - 2 alpha`` lies inside the margin. Both together are *real but negligible*. Neither is
*inconclusive*: that is a statement about the study and not about the persona. A number that
compares nothing, such as a rate, is *estimated*.

Where differences beyond the margin would matter on one side alone, and that was fixed before the
data, the test is that of non-inferiority: *not worse*, or *not better*, when the interval keeps off
the margin on that side (ICH E9 1998, section 3.3.2, with the two-sided interval; S. Wellek 2010).
"""

from typing import Literal, get_args

from scipy import stats

Verdict = Literal[
    "differs",
    "equivalent",
    "not worse",
    "not better",
    "real but negligible",
    "inconclusive",
    "estimated",
    "not estimable",
]
Side = Literal["both", "low", "high"]
"""On which side of 0 a difference beyond the margin would matter."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def interval(estimate: float, se: float, df: float, *, level: float = 0.95) -> tuple[float, float]:
    """Give the two-sided interval of a t-distributed estimate.

    Args:
        estimate: on any scale.
        se: its standard error, on the same scale; 0 gives an interval without width.
        df: degrees of freedom; infinite for the normal distribution.
        level: between 0 and 1.
    """
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    return estimate - half, estimate + half


def p_value(estimate: float, se: float, df: float) -> float:
    """Two-sided p-value of a t-distributed estimate, of the hypothesis that the truth is 0.

    Args:
        estimate: on any scale.
        se: its standard error, on the same scale; 0 gives 0, or 1 when the estimate is 0 too.
        df: degrees of freedom; infinite for the normal distribution.
    """
    if se == 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * stats.t.sf(abs(estimate) / se, df))


def equivalence_p(
    estimate: float, se: float, df: float, margin: float, side: Side = "both"
) -> float:
    """Give the p of the two one-sided tests: the larger of both.

    Of one side it is twice the p of the one-sided test, so that it falls below what an interval
    leaves exactly when that interval keeps off the margin on this side.

    Args:
        estimate: on the outcome's scale.
        se: its standard error.
        df: degrees of freedom.
        margin: the largest difference that would not matter, above 0.
        side: where a larger one would.
    """
    room = margin - {"both": abs(estimate), "low": -estimate, "high": estimate}[side]
    if se == 0:
        return 0.0 if room > 0 else 1.0
    return min(1.0, float(stats.t.sf(room / se, df)) * (1 if side == "both" else 2))


def verdict_of(p: float, p_equivalent: float | None, *, alpha: float = 0.05) -> Verdict:
    """Read the verdict off both tests.

    Args:
        p: of no difference, adjusted where several claims share an error rate.
        p_equivalent: of the two one-sided tests, adjusted likewise; None without a margin, and
            then nothing is ever called equivalent.
        alpha: the error rate of each.
    """
    differs = p <= alpha
    within = p_equivalent is not None and p_equivalent <= alpha
    if differs:
        return "real but negligible" if within else "differs"
    return "equivalent" if within else "inconclusive"
