"""Dry run: a confirm stage in small, in a folder of its own, before it counts."""

import os
from collections.abc import Sequence
from pathlib import Path

from toolkit.design.studies.confirm_stage import ConfirmStage
from toolkit.design.studies.study import Study
from toolkit.design.studies.study_sections import EndpointPlan


def rehearse(
    study: Study,
    folder: str | os.PathLike[str],
    *,
    contrasts: Sequence[str],
    replicates: int,
    endpoint: str = "scripted:courteous",
) -> ConfirmStage:
    """Freeze a few contrasts of a study elsewhere; the study itself is not touched.

    Args:
        study: loaded, with a confirm section.
        folder: gets ``results/<study>/`` with freeze and record.
        contrasts: ids of contrasts it confirms.
        replicates: how often each arm is sent.
        endpoint: who answers under every alias.

    Raises:
        DesignError: if the study has no confirm section.
        UnknownName: if it has no such contrast.
    """
    stage = ConfirmStage(study)
    chosen = tuple(study.contrast(name) for name in contrasts)
    plan = stage.plan.model_copy(
        update={"contrasts": tuple(one.id for one in chosen), "replicates": replicates}
    )
    endpoints = {alias: EndpointPlan(endpoint=endpoint) for alias in study.endpoints}
    small = study.model_copy(update={"confirm": plan, "endpoints": endpoints, "record": "default"})
    small._root = Path(folder).absolute()
    small._contrasts = chosen
    rehearsed = ConfirmStage(small)
    rehearsed.freeze()
    return rehearsed
