"""``parallax batch``: units out as a file for a batch service, and its results in again."""

import argparse
import asyncio
from pathlib import Path

from toolkit.cli.endpoint import add_endpoint_options, answering, tell_kernels
from toolkit.cli.run.ready_stage import ready_stage
from toolkit.cli.terminal import OK, add_workspace, make_parser, say, way_out
from toolkit.cli.workspace import find_study
from toolkit.design import ConfirmStage, Workspace
from toolkit.errors import SetupError, UnknownName
from toolkit.probes import read_batch, write_batch
from toolkit.record import open_record
from toolkit.session import Bound, bind


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax batch``."""
    made = make_parser(
        "batch",
        "For endpoints with a batch service: `write` puts every unit that has no reply yet into a "
        "file of requests in the format of the OpenAI Batch API; `read` keeps the results of such "
        "a file, in whatever order they come and however often they are read. You carry the file "
        "to the service and back.",
        examples=(
            ("parallax batch write pilot --out pilot.jsonl", "what is still to be sent"),
            ("parallax batch read pilot results.jsonl", "keep what came back"),
            (
                "parallax batch write pilot --endpoint openai:gpt-x "
                "--base-url https://ai.example.com/v1 --out pilot.jsonl",
                "for another endpoint than the study's",
            ),
        ),
    )
    made.add_argument("step", choices=("write", "read"), help="out, or in again")
    made.add_argument("study", metavar="STUDY", help="id of the study")
    made.add_argument("results", nargs="?", metavar="FILE.jsonl", help="read: the results")
    made.add_argument("--out", metavar="FILE.jsonl", help="write: where to; replaced if it exists")
    made.add_argument(
        "--alias", metavar="NAME", help="which endpoint of the study, where it has several"
    )
    made.add_argument(
        "--again-errored", action="store_true", help="write: also units whose reply errored"
    )
    add_workspace(made)
    add_endpoint_options(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Write or read."""
    named = args.out if args.step == "write" else args.results
    if not named:
        option = "--out FILE.jsonl" if args.step == "write" else "the file of results"
        raise SetupError(
            f"batch {args.step}: got no file; wanted {option}. `parallax batch --help` shows both."
        )
    study = find_study(args.study, Workspace(args.workspace))
    stage = ready_stage(study)
    tell_kernels(study, answering(study, args), args)
    bound = bind(study, _alias(stage, args.alias))
    try:
        return (_write if args.step == "write" else _read)(stage, bound, Path(named), args)
    except OSError as problem:
        raise _unusable(args.step, Path(named).name, problem) from problem
    finally:
        asyncio.run(bound.endpoint.close())


def _unusable(step: str, name: str, problem: OSError) -> SetupError:
    use = "written" if step == "write" else "read"
    remedy = way_out(problem) if step == "write" else "Check the name"
    return SetupError(
        f"batch {step}: {name} cannot be used ({problem.strerror}); wanted a file that can be "
        f"{use}. {remedy}, or name another one."
    )


def _alias(stage: ConfirmStage, named: str | None) -> str:
    aliases = stage.aliases
    if named in aliases or (named is None and len(aliases) == 1):
        return named or aliases[0]
    got = "no --alias" if named is None else f"--alias {named!a}"
    raise UnknownName(
        f"batch: got {got}; wanted one of {', '.join(aliases)}, since a file is for one endpoint. "
        "Name one of those with --alias."
    )


def _write(stage: ConfirmStage, bound: Bound, path: Path, args: argparse.Namespace) -> int:
    with open_record(stage.study) as record:
        count = write_batch(stage, record, bound, path, retry_errored=args.again_errored)
    if not count:
        say(f"Every unit of {bound.alias} has a reply; no file was written.")
        return OK
    say(f"{count:,} requests to {bound.endpoint.name} written to {path.name}.")
    say(f"Results come in by `parallax batch read {stage.study.id} FILE.jsonl{_same(args)}`.")
    return OK


def _same(args: argparse.Namespace) -> str:
    """The options by which a result is read as coming from the endpoint that was written for."""
    named = [("--alias", args.alias), ("--base-url", args.base_url)]
    named += [("--endpoint", one) for one in args.endpoint or ()]
    return "".join(f" {option} {value}" for option, value in sorted(named) if value)


def _read(stage: ConfirmStage, bound: Bound, path: Path, args: argparse.Namespace) -> int:
    with open_record(stage.study) as record:
        found = read_batch(stage, record, bound, path)
    say(
        f"{found.kept:,} replies kept, {found.errored:,} of them errored; {found.known:,} lines "
        f"brought nothing new; {found.due:,} units of {bound.alias} have no reply yet."
    )
    return OK
