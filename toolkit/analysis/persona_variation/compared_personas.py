"""Effects of all personas together: each against the reference, with one covariance of them all."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from toolkit.analysis.disparity import counts_between, replies_of
from toolkit.analysis.engine import FEWEST_CLUSTERS, Bools
from toolkit.analysis.findings import EXPLORATORY, Finding, Speaks
from toolkit.analysis.frames import Coded, Observations, coded, require_observations
from toolkit.analysis.persona_variation.persona_design import Together, persona_design


@dataclass(frozen=True)
class ComparedPersonas:
    """Every persona that enough was seen of, and what is estimated of them together."""

    data: Coded
    bare: Finding
    """What all findings share."""
    personas: tuple[str, ...]
    notes: tuple[str, ...]
    found: Together | None = None
    """None where nothing can be said about all of them."""
    why: str = ""
    """Why nothing can be said; empty where something can."""

    def finding(self, subject: str, rows: Bools, own: Bools, estimand: str, **more: Any) -> Finding:
        """Make a finding that is not estimable unless ``more`` says otherwise.

        Args:
            subject: whom it is about.
            rows: observations it rests on, shape (n,).
            own: those of the subject alone, shape (n,).
            estimand: what is estimated, in words.
            more: other fields.
        """
        return replace(
            self.bare,
            subject=subject,
            estimand=estimand,
            n=counts_between(self.data, own, rows),
            replies=replies_of(self.data.reply[rows]),
            **{"caveats": (self.why,) if self.why else (), **more},
        )


def compared_personas(
    observations: Observations, question: str, *, fewest: int, plan: str = EXPLORATORY
) -> ComparedPersonas:
    """Estimate all personas together.

    Of planned contrasts and contrasts lifted from leads the planned ones count alone.

    Args:
        observations: of one outcome and of stage confirm.
        question: what findings are of, and whom a refusal names.
        fewest: personas below which nothing is compared.
        plan: hash of the frozen plan that asks for it.

    Raises:
        AnalysisError: if the observations are of stage explore, or not what was wanted.
    """
    require_observations(observations, question)
    seen, notes = observations.in_general, list(observations.notes)
    planned = len(seen.frame) > 0 and bool(seen.frame["origin"].eq("planned").all())
    speaks: Speaks = "in general" if planned else "these situations"
    if len(seen.frame) < len(observations.frame):
        notes.append(
            "Contrasts lifted from leads are left out: they were chosen for what was seen."
        )
    data, personas, thin = _enough(seen)
    bare = Finding(
        question=question,
        outcome=observations.outcome,
        about="these personas",
        speaks_of=speaks,
        stage="confirm",
        compared_with="reference",
        unit=observations.of.unit,
        left_out=observations.left_out,
        plan=plan,
        simulated=observations.simulated,
    )
    count = len(personas)
    none = ComparedPersonas(data, bare, personas, (*notes, *thin))
    if count < fewest:
        some = f"{count} persona{' was' if count == 1 else 's were'}"
        why = f"{some} seen in enough situations and by enough raters; it takes {fewest}."
        return replace(none, why=why)
    found = persona_design(data, personas).read(data.value)
    if found.contrasts is None:
        why = "The model leaves no error at all, so there is nothing to measure differences by."
        return replace(none, why=why)
    return replace(none, found=found)


def _enough(observations: Observations) -> tuple[Coded, tuple[str, ...], list[str]]:
    """Keep the personas that clusters are enough for; a sentence on the others."""
    data = coded(observations)
    if not data.subjects:
        return data, (), []
    swept = data.sweep([data.of(one) for one in data.subjects])
    count = len(data.subjects)
    fewest = swept.scenarios if data.rater is None else np.minimum(swept.scenarios, swept.raters)
    enough, told = fewest[:count] >= FEWEST_CLUSTERS, swept.estimable[:count]
    names = np.array(data.subjects, dtype="object")
    seen = "in situations" if data.rater is None else "in situations or by raters"
    notes = [
        f"Left out: {', '.join(names[rows])}. {why}"
        for rows, why in (
            (
                told & ~enough,
                f"Seen {seen} fewer than {FEWEST_CLUSTERS}, which stand for no other.",
            ),
            (~told, "Not joined to the reference, or not to be told from the side they stood on."),
        )
        if rows.any()
    ]
    kept = tuple(names[told & enough])
    if notes:
        rows = (data.arm != "swap") | np.isin(data.persona, kept)
        data = coded(observations.where(rows))
    return data, kept, notes
