"""``parallax run``: send every unit of a frozen confirm stage."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from toolkit.cli.endpoint import add_endpoint_options, answering, model_served, tell_kernels
from toolkit.cli.run.orderly_stop import stoppable
from toolkit.cli.run.ready_stage import plan_lines, ready_stage
from toolkit.cli.terminal import (
    FAILED,
    INTERRUPTED,
    OK,
    SweepLine,
    add_count,
    add_study,
    add_workspace,
    make_parser,
    say,
    stop_like_interrupt,
    warn,
)
from toolkit.cli.workspace import find_study, record_begun, reply_lines
from toolkit.design import EndpointPlan, Workspace
from toolkit.probes import Budget, Due, Meter, read_prices, run_sweep, units_due
from toolkit.record import SweepEnd, open_record, tally_replies


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax run``."""
    made = make_parser(
        "run",
        "Send every unit of a study's frozen confirm stage that has no reply yet: each contrast in "
        "each arm, as often as the plan says, in a fresh context and in a shuffled order. Ctrl-C "
        "lets calls under way come to their end; the same command goes on where it stopped.",
        examples=(
            ("parallax run pilot --dry-run", "what would be sent, to whom; nothing is"),
            ("parallax run pilot", "the model on this machine, if the study says so"),
            (
                "parallax run pilot --endpoint openai:gpt-x --base-url https://ai.example.com/v1 "
                "--key-for ai.example.com",
                "your own endpoint; OPENAI_API_KEY is meant for it",
            ),
            ("parallax run pilot --max-tokens-total 200000", "stop when so many are used"),
            ("parallax run pilot --again-errored", "send once more what came to no answer"),
        ),
        exit_codes={
            FAILED: "not done, or not to the end; the reason is on standard error",
            INTERRUPTED: "stopped by Ctrl-C; the same command goes on",
        },
    )
    add_study(made)
    add_workspace(made)
    add_endpoint_options(made)
    add_count(
        made,
        "--concurrency",
        "calls at once to each endpoint at most (default: 64, with the embedded model 4); fewer "
        "while a server refuses",
    )
    made.add_argument(
        "--processes",
        type=int,
        choices=(1, 2),
        default=1,
        help="2: a second process makes about half of the calls",
    )
    _add_budget(made)
    made.add_argument(
        "--again-errored", action="store_true", help="also send units again whose reply errored"
    )
    made.add_argument(
        "--allow-model-change",
        action="store_true",
        help="go on when the study's endpoint reports another model or region than before",
    )
    made.add_argument("--dry-run", action="store_true", help="only say what would be sent")
    return made


def _add_budget(made: argparse.ArgumentParser) -> None:
    add_count(
        made,
        "--max-tokens-total",
        "send nothing more once this run has used so many; what is under way may go beyond",
    )
    made.add_argument(
        "--max-cost",
        type=_amount,
        metavar="USD",
        help="the same for money; needs the price of every endpoint",
    )
    made.add_argument(
        "--prices", metavar="FILE.yaml", help="your own prices, in the place of the list that ships"
    )


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if 0 < amount < 1e9:
        return amount
    raise argparse.ArgumentTypeError(f"got {text!a}; wanted an amount of money above 0")


def run(args: argparse.Namespace) -> int:
    """Check, say the plan, send."""
    stop_like_interrupt()
    study = find_study(args.study, Workspace(args.workspace))
    stage = ready_stage(study)
    answers = answering(study, args)
    bound = {alias: answers[alias] for alias in stage.aliases}
    absent = args.dry_run and not record_begun(study)
    opened = nullcontext() if absent else open_record(study, read_only=args.dry_run)
    with opened as record:
        due = tuple(Due(unit, 0) for unit in stage.units)
        if record:
            due = units_due(stage, record, retry_errored=args.again_errored)
        meter = _meter(len(due), bound, args)
        say(*plan_lines(stage, due, bound, record))
        if args.dry_run or not record or not due:
            say("Nothing was sent." if args.dry_run else "Nothing left to send.")
            return OK
        tell_kernels(study, bound, args)
        with model_served(bound, args.model):
            sweep = partial(
                run_sweep,
                stage,
                record,
                concurrency=args.concurrency,
                meter=meter,
                retry_errored=args.again_errored,
                processes=args.processes,
                allow_model_change=args.allow_model_change,
            )
            end = asyncio.run(_watched(sweep))
        said = reply_lines(tally_replies(record, stage.hash))
    code = _tell(study.id, end, meter)
    for line in said:
        warn(line)
    return code


def _meter(due: int, bound: Mapping[str, EndpointPlan], args: argparse.Namespace) -> Meter:
    budget = Budget(tokens=args.max_tokens_total, cost=args.max_cost)
    prices = read_prices(Path(args.prices) if args.prices else None)
    meter = Meter(due, prices=prices, budget=budget)
    meter.require_prices(one.endpoint for one in bound.values())
    return meter


async def _watched(sweep: Callable[..., Coroutine[Any, Any, SweepEnd]]) -> SweepEnd | None:
    line = SweepLine()

    def said() -> None:
        line.end()
        warn("Stopping: what is under way may come to its end. Ctrl-C breaks it off.")

    try:
        return await stoppable(lambda stop: sweep(stop=stop, on_progress=line.show), said)
    finally:
        line.end()


def _tell(study_id: str, end: SweepEnd | None, meter: Meter) -> int:
    """Say how the run ended and how to go on."""
    used = meter.progress(0)
    say(f"{replace(used, seconds_left=None)}.")
    if meter.prices is not None and used.cost:
        say(f"Prices as of {meter.prices.as_of}, {meter.prices.source}")
    left = used.planned - used.done
    if end is None or end.reason == "stopped":
        warn(f"Stopped; {left:,} units are left. The same command goes on.")
        if end and end.comment:
            warn(end.comment)
        return INTERRUPTED
    if end.reason == "budget":
        warn(
            f"The budget is spent ({meter.exhausted}); {left:,} units are left. The same command "
            "with a budget of its own goes on."
        )
        return FAILED
    if used.failed:
        say(f"{used.failed:,} came to no answer; --again-errored sends them once more.")
    else:
        say(f"Next: parallax lab --rate --study {study_id}")
    return OK
