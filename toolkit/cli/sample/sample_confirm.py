"""The confirm stage of ``parallax sample``: sent by machine, rated by simulated raters."""

import argparse
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from toolkit.cli.terminal import Progress, SweepLine, say
from toolkit.design import ConfirmStage, Study, allocate
from toolkit.errors import DesignError, EndpointError
from toolkit.probes import run_sweep
from toolkit.record import Exchange, Reply, open_record, require_room, write_jsonl
from toolkit.session import Bound, bind, planted, simulate_raters

KEEP = 0.3
"""Share of an answer's sentences that whoever is treated worse is left with."""
_HIT = 2
_QUESTIONS = 2
_CONCURRENCY = 4
Binder = Callable[[Study, str], Bound]


def sized(study: Study, args: argparse.Namespace) -> Study:
    """Size a study: as many replicates and raters as the sample is to have.

    Args:
        study: with a confirm section.
        args: of ``parallax sample``.
    """
    plan = ConfirmStage(study).plan
    rating = plan.rating.model_copy(update={"raters": args.raters or plan.rating.raters})
    changes = {"rating": rating, "replicates": args.replicates or plan.replicates}
    study = study.model_copy(update={"confirm": plan.model_copy(update=changes)})
    return _scripted(study) if args.planted else study


def _scripted(study: Study) -> Study:
    """The study as the planted record has it: on a scripted endpoint, two questions at most."""
    # What is frozen names who answers, so that the record does not call the run unfrozen.
    endpoints = {
        alias: old.model_copy(update={"endpoint": "scripted:planted", "base_url": None})
        for alias, old in study.endpoints.items()
    }
    stage = ConfirmStage(study)
    plan, primary = stage.plan, stage.plan.analysis.primary
    # The primary outcome first, which need not be a question; a sort keeps the others in order.
    asked = tuple(sorted(stage.questions, key=lambda one: one.id != primary)[:_QUESTIONS])
    others = tuple(one.id for one in asked if one.id != primary and plan.rating.form == "single")
    analysis = plan.analysis.model_copy(update={"secondary": others})
    rating = plan.rating.model_copy(update={"questions": asked})
    confirm = plan.model_copy(update={"analysis": analysis, "rating": rating})
    return study.model_copy(update={"endpoints": endpoints, "confirm": confirm})


async def play_confirm(study: Study, args: argparse.Namespace, out: Path) -> int:
    """Freeze, send, rate, write; returns how many entries were written.

    Args:
        study: of ``sized``, in a workspace of its own.
        args: of ``parallax sample``.
        out: the file to write; its freeze is put beside it.

    Raises:
        PlanRefused: if so many raters cannot be assigned.
        EndpointError: if no unit came to an answer; nothing is written then.
    """
    stage = ConfirmStage(study)
    frozen = out.with_name(out.name.partition(".")[0] + ".frozen.json")
    require_room(frozen)
    # Refused before anything is sent, if the ratings cannot be assigned.
    allocate(stage)
    stage.freeze()
    binder: Binder = partial(bind, bulk=True)
    if args.planted:
        binder = planted(stage, treated_worse(stage), keep=KEEP)
    with open_record(study) as record:
        line = SweepLine()
        try:
            await run_sweep(
                stage,
                record,
                binder=binder,
                concurrency=_CONCURRENCY,
                on_progress=line.show,
            )
        finally:
            line.end()
        replies = record.read(role="owner", purpose="collection").each(Reply)
        require_answers(reply.exchange for reply in replies)
        simulate_raters(
            stage,
            record,
            raters=stage.plan.rating.raters,
            seed=args.seed,
            on_item=Progress("Rating", unit="items"),
        )
        count = write_jsonl(record, out)
    shutil.copyfile(study.results / "confirm.frozen.json", frozen)
    return count


def treated_worse(stage: ConfirmStage) -> tuple[str, ...]:
    """Choose whom the planted bias hits: the two personas most often swapped in, never a reference.

    Raises:
        DesignError: if every persona is somewhere the reference.
    """
    references = {one.reference for one in stage.contrasts}
    swapped = Counter(
        name for one in stage.contrasts for name in one.personas if name not in references
    )
    if not swapped:
        raise DesignError(
            f"study {stage.study.id}: got contrasts in which every persona is once the reference; "
            "wanted one that never is, to plant a bias on. Leave --planted out, or add a persona."
        )
    return tuple(sorted(swapped, key=lambda name: (-swapped[name], name))[:_HIT])


def require_answers(found: Iterable[Exchange | None]) -> None:
    """Say how many answers failed; None is no answer at all.

    Raises:
        EndpointError: if none came, so that what was written earlier is kept.
    """
    exchanges = [one for one in found if one]
    errors = [one.error for one in exchanges if one.outcome == "errored"]
    if not errors:
        return
    if len(errors) == len(exchanges):
        raise EndpointError(
            f"sample: got {len(errors)} failures and no answer; wanted an endpoint that answers, "
            f"so nothing was written. The last failure:\n{errors[-1]}"
        )
    say(f"{len(errors)} of {len(exchanges)} answers failed and are kept as failures. The last:")
    say(errors[-1])
