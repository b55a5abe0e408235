"""Who plays whom, where, against what."""

from dataclasses import dataclass

from toolkit.design.study import Study


@dataclass(frozen=True, slots=True)
class Assignment:
    """One conversation of a tester."""

    position: int
    persona_id: str
    scenario_id: str
    endpoint_alias: str


def assign(study: Study, seat: int) -> tuple[Assignment, ...]:
    """X."""
    out = []
    for j in range(study.conversations_per_tester):
        n = seat * study.conversations_per_tester + j
        P, S, E = study.personas, study.scenarios, list(study.endpoints)
        out.append(Assignment(j, P[n % len(P)], S[n % len(S)], E[n % len(E)]))
    return tuple(out)
