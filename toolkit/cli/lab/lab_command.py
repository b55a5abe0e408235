"""``parallax lab``: a panel's notebook, open and running, with everything it needs."""

import argparse
import os
import secrets
import tempfile
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

from toolkit.cli.endpoint import add_endpoint_options, answering, model_served, tell_kernels
from toolkit.cli.lab.free_port import choose_port
from toolkit.cli.lab.jupyter_home import PANELS, Doorway, make_home
from toolkit.cli.lab.notebook_server import (
    load_early,
    require_voila,
    serve_lab,
    serve_voila,
)
from toolkit.cli.terminal import (
    INTERRUPTED,
    OK,
    add_study,
    add_workspace,
    make_parser,
    say,
    stop_like_interrupt,
)
from toolkit.cli.workspace import find_study, require_filled
from toolkit.design import ConfirmStage, EndpointPlan, Study, Workspace
from toolkit.errors import ParallaxError, SetupError
from toolkit.record import open_record
from toolkit.rendering import redirect_page

SESSION, RATING = PANELS


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax lab``."""
    made = make_parser(
        "lab",
        "Open the session notebook in JupyterLab with the panel already there. Starts the model "
        "if the study needs it, listens on this machine only, prints the address. Ctrl-C stops "
        "everything it started.",
        examples=(
            ("parallax lab", "the study 'pilot' with the model on this machine"),
            ("parallax lab --scripted", "ready-made answers, nothing to fetch"),
            (
                "parallax lab --endpoint openai:gpt-x --base-url https://ai.example.com/v1",
                "your own endpoint; --key-for its host sends it OPENAI_API_KEY",
            ),
            ("parallax lab --model model.gguf", "a model file you have, on a closed network"),
            ("parallax lab --rate", "the panel of a blind rater; asks no assistant"),
            ("parallax lab --no-browser --port 9000", "on a machine without a screen"),
        ),
        exit_codes={
            OK: "stopped, by Ctrl-C or a signal",
            INTERRUPTED: "stopped by Ctrl-C before it was ready",
        },
    )
    add_study(made, "--study")
    add_workspace(made)
    add_endpoint_options(made)
    made.add_argument(
        "--rate", action="store_true", help="rate replies blind, in place of a conversation"
    )
    made.add_argument("--voila", action="store_true", help="the panel alone, without the notebook")
    made.add_argument("--no-browser", action="store_true", help="only print the address")
    made.add_argument(
        "--port", type=_port, metavar="N", help="this port or none (default: a free one from 8888)"
    )
    return made


def run(args: argparse.Namespace) -> int:
    """Serve until asked to stop."""
    stop_like_interrupt()
    if args.voila:
        require_voila()
    load_early(voila=args.voila)
    workspace = Workspace(args.workspace)
    notebook = RATING if args.rate else SESSION
    study = _ready_study(workspace, args.study, notebook)
    bound = _nobody(study, args) if args.rate else answering(study, args)
    # So that a folder that cannot be written is told before a session.
    open_record(study).close()
    # Only this user can read it, as it holds the server's token.
    folder = tempfile.TemporaryDirectory(prefix="parallax-", ignore_cleanup_errors=True)
    with folder as name, model_served(bound, args.model):
        home, (port, others) = Path(name), choose_port(args.port)
        doorway = Doorway(port, others, secrets.token_urlsafe(24), notebook)
        os.environ.update(make_home(home, workspace.root, doorway))
        os.environ.update(_session_environment(study, args))
        tell_kernels(study, bound, args)
        who = ", ".join(sorted({one.endpoint for one in bound.values()}))

        def announce(port: int) -> None:
            url = doorway.voila_url(port) if args.voila else doorway.lab_url(port)
            told = f"answered by {who}" if who else "blind rating, no assistant is asked"
            ready = f"Parallax is ready: {url}"
            say(f"Study: {study.id} · {told}", ready, "Ctrl-C stops everything.")
            if not args.no_browser:
                _open_browser(home, url)

        if args.voila:
            serve_voila(workspace.root / notebook, announce)
        else:
            serve_lab(notebook, announce)
    # A kernel that is stopped leaves the newest rows beside the record's own file, where whoever
    # copies it would lose them; opening it brings them in.
    with suppress(ParallaxError):
        open_record(study).close()
    say("Stopped.")
    return OK


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"got {text!r}; wanted a port from 1 to 65535. Leave it out and a free one is found."
    )


def _ready_study(workspace: Workspace, name: str | None, notebook: str) -> Study:
    study = find_study(name, workspace)
    require_filled(study)
    study.require_unchanged()
    if not (workspace.root / notebook).is_file():
        raise SetupError(
            f"lab: got a workspace without {notebook}; wanted the notebook that shows the panel. "
            "Copy it from a workspace made with `parallax init`."
        )
    return study


def _nobody(study: Study, args: argparse.Namespace) -> dict[str, EndpointPlan]:
    """Rating asks no assistant: check that nobody meant otherwise, and that there is a plan.

    Raises:
        SetupError: if the command line says who is to answer.
        DesignError, StudyChanged: if the confirm stage is not there, or not as frozen.
    """
    meant = [
        name
        for name in ("endpoint", "scripted", "model", "base_url")
        if getattr(args, name) is not None
    ]
    if meant:
        option = f"--{meant[0].replace('_', '-')}"
        raise SetupError(
            f"lab: got {option} together with --rate; wanted one of the two, since raters read "
            f"replies that are in the record already. Leave {option} out."
        )
    ConfirmStage(study).require_frozen()
    return {}


def _session_environment(study: Study, args: argparse.Namespace) -> dict[str, str]:
    return {
        "PARALLAX_WORKSPACE": str(study.workspace),
        "PARALLAX_STUDY": study.id,
    }


def _open_browser(home: Path, url: str) -> None:
    # Through a file, as a token on a command line could be read by others on this machine.
    page = home / "open.html"
    page.write_text(redirect_page(url), encoding="utf-8")
    threading.Thread(target=webbrowser.open, args=(page.as_uri(),), daemon=True).start()
