"""``parallax sample``: a study played by simulated participants."""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.cli.endpoint import add_endpoint_options, answering, model_served, tell_kernels
from toolkit.cli.sample.sample_confirm import play_confirm, require_answers, sized
from toolkit.cli.terminal import (
    OK,
    Progress,
    add_count,
    add_seed,
    add_study,
    add_workspace,
    make_parser,
    say,
)
from toolkit.cli.workspace import find_study
from toolkit.design import Study, Workspace
from toolkit.record import Turn, open_record, require_room, write_jsonl
from toolkit.session import simulate


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax sample``."""
    made = make_parser(
        "sample",
        "Play a study with simulated participants and write what they leave behind as lines of "
        "JSON. Every row says that it was simulated; ratings and flags are drawn at random, so "
        "nothing can be learned from them about the endpoint. The study's own record and freeze "
        "are not touched.",
        examples=(
            ("parallax sample", "results/sample/record.jsonl, from the model on this machine"),
            ("parallax sample --scripted --testers 2 --out try.jsonl", "quick, with no model"),
            (
                "parallax sample --stage confirm --replicates 1 --raters 18",
                "results/sample/confirm.jsonl.gz: contrasts sent and rated",
            ),
            (
                "parallax sample --planted",
                "results/sample/planted.jsonl.gz: two personas are treated worse on purpose",
            ),
        ),
    )
    add_study(made, "--study")
    add_workspace(made)
    add_endpoint_options(made)
    add_count(made, "--testers", "how many play", default=5)
    add_count(made, "--messages", "messages in a conversation", default=2)
    add_seed(made, "fixes what they do")
    made.add_argument(
        "--stage",
        choices=("explore", "confirm"),
        default="explore",
        help="conversations (default), or contrasts with simulated raters",
    )
    made.add_argument(
        "--planted",
        action="store_true",
        help="confirm stage on a scripted endpoint with a bias of known size",
    )
    add_count(made, "--raters", "confirm: how many (as planned)")
    add_count(made, "--replicates", "confirm: of each arm (as planned)")
    made.add_argument(
        "--out",
        metavar="FILE.jsonl",
        help="default: results/sample/record.jsonl, confirm.jsonl.gz or planted.jsonl.gz",
    )
    return made


def run(args: argparse.Namespace) -> int:
    """Play, then write the file whole."""
    workspace = Workspace(args.workspace)
    confirm = args.planted or args.stage == "confirm"
    out = Path(args.out) if args.out else workspace.results("sample") / _name(args)
    with _copied(workspace, args.study) as study:
        bound = answering(study, args)
        tell_kernels(study, bound, args)
        require_room(out)
        with model_served({} if args.planted else bound, args.model):
            play = play_confirm(sized(study, args), args, out) if confirm else None
            count = asyncio.run(play or _play(study, args, out))
    who = "Simulated raters" if confirm else f"{args.testers} simulated participants"
    say(f"{who}; {count} entries written to {out.name}.")
    return OK


def _name(args: argparse.Namespace) -> str:
    if args.planted:
        return "planted.jsonl.gz"
    return "confirm.jsonl.gz" if args.stage == "confirm" else "record.jsonl"


async def _play(study: Study, args: argparse.Namespace, out: Path) -> int:
    with open_record(study) as record:
        await simulate(
            study,
            record,
            testers=args.testers,
            seed=args.seed,
            messages=args.messages,
            on_conversation=Progress("Playing", unit="conversations"),
        )
        turns = record.read(role="owner", purpose="collection").each(Turn)
        require_answers(turn.exchange for turn in turns)
        return write_jsonl(record, out)


@contextmanager
def _copied(workspace: Workspace, name: str | None) -> Iterator[Study]:
    """The study in a workspace of its own, so that playing it freezes and records nothing here."""
    find_study(name, workspace)
    with tempfile.TemporaryDirectory(prefix="parallax-") as folder:
        # A link copied as a link is refused in the copy as it is in the original.
        shutil.copytree(workspace.root / "personas", Path(folder) / "personas", symlinks=True)
        study = find_study(name, Workspace(folder))
        yield study.model_copy(update={"record": "default"})
