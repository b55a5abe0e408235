"""Summary of a plan's result in plain words, for a terminal or the end of a notebook's cell."""

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap

from toolkit.analysis import VERDICTS, Finding, PlanResult, Step, Verdict

AS_PLANNED = "No deviation from the frozen plan is known."
_WIDTH = 100
_FEW = 20
"""As many findings are shown one by one, however short."""
_MORE: tuple[Verdict, ...] = (
    "differs",
    "real but negligible",
    "equivalent",
    "not worse",
    "not better",
)
"""What says more than inconclusive."""
_STATUS = {
    "primary": "the primary question",
    "secondary": "named in the plan, exploratory",
    "account": "said of every study",
    "exploratory": "exploratory: not in the plan",
}


def summary(result: PlanResult, *, short: bool) -> list[str]:
    """Write a result in lines: what it is, what to know about it, then step by step.

    Args:
        result: of ``run_plan``.
        short: of all but the primary step only what is more than inconclusive.
    """
    design, plan = result.design, result.design.analysis
    none = "no margin, so nothing is called equivalent"
    margin = none if plan.margin is None else f"margin {plan.margin:g}"
    if plan.direction:
        margin += f", and only what is {plan.direction} by more would matter"
    lines = [
        f"Study {design.study_id}, frozen plan {design.confirm_hash}",
        f"Primary outcome {plan.primary}: {design.asks(plan.primary) or 'as the study asks it'}",
        f"Compared with the {plan.compare_with.replace('_', ' ')}; {margin}; one family of "
        f"{plan.family}",
        *result.simulated,
        *((result.interim,) if result.interim else ()),
        *result.notes,
        *(result.deviations or (AS_PLANNED,)),
        "Verdicts are adjusted for how many claims share their family; intervals are not.",
    ]
    said = [part for line in lines for part in _wrapped(line)]
    for step in result.steps:
        said += ["", *_step(step, short=short and step.key != "primary", needs=not short)]
    return said


def _step(step: Step, *, short: bool, needs: bool) -> Iterator[str]:
    yield f"{step.question}  [{_STATUS[step.status]}]"
    for finding in sorted(step.findings, key=_rank):
        if not short or len(step.findings) < _FEW or finding.verdict in _MORE:
            yield from _wrapped(_finding_line(finding), indent="  ", hanging="      ")
            if finding.bridge:
                yield from _wrapped(finding.bridge, indent="      ")
            if finding.estimate and finding.verdict != "estimated":
                for caveat in finding.caveats:
                    yield from _wrapped(caveat, indent="      ")
            if finding.needs and needs and step.key == "primary":
                yield from _wrapped(finding.needs, indent="      ")
    if short and len(step.findings) >= _FEW:
        yield from _wrapped(_tally(step.findings), indent="  ")
    for note in step.notes:
        yield from _wrapped(note, indent="  ")


def _tally(findings: Sequence[Finding]) -> str:
    counts = Counter(one.verdict for one in findings)
    said = ", ".join(f"{counts[one]} {one}" for one in VERDICTS if counts[one])
    return f"Of {len(findings)} findings: {said}."


def _finding_line(finding: Finding) -> str:
    """Write a finding in a line: about whom, how much, its interval and n, the verdict."""
    n = finding.n
    seen = ((n.raters, "rater"), (n.scenarios, "situation"), (n.observations, "observation"))
    counts = ", ".join(
        f"{count} {noun}" if count == 1 else f"{count} {noun}s"
        for count, noun in seen
        if count or noun == "observation"
    )
    if finding.estimate is None:
        why = finding.caveats[0] if finding.caveats else ""
        return f"{finding.subject}: {finding.verdict} ({counts}). {why}".rstrip()
    # Two findings about one persona differ in what they are compared with.
    beyond = f" beyond {finding.compared_with}" if finding.question == "movement" else ""
    number = finding.estimate.text(signed=finding.compared_with != "")
    unit = f" {finding.unit}" if finding.unit else ""
    verdict = "" if finding.verdict == "estimated" else f": {finding.verdict}"
    way = f" ({finding.direction})" if finding.direction and finding.compared_with else ""
    return f"{finding.subject}{beyond} {number}{unit}, {counts}{verdict}{way}"


def _rank(finding: Finding) -> int:
    """What differs first; the order within a verdict stays."""
    return _MORE.index(finding.verdict) if finding.verdict in _MORE else len(_MORE)


def _wrapped(line: str, indent: str = "", hanging: str = "") -> list[str]:
    return wrap(
        line,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging or indent or "  ",
        break_on_hyphens=False,
    )
