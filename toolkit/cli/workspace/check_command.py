"""``parallax check``: every file under ``personas/``, all complaints at once."""

import argparse

from toolkit.cli.terminal import OK, add_workspace, make_parser, say, way_out
from toolkit.cli.workspace.unfilled_fields import unfilled, written_files
from toolkit.design import Workspace, stale_schemas, write_schemas
from toolkit.errors import Complaint, InvalidFiles, SetupError


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax check``."""
    made = make_parser(
        "check",
        "Check every persona, scenario, contrast and study at once: file, line, field, what was "
        "found, what is allowed. Every arm of every contrast is rendered, and must differ from the "
        "others inside its slots alone. Also checks that the schemas editors use are those of this "
        "version.",
        examples=(
            ("parallax check", "check the workspace you are in"),
            ("parallax check --write-schemas", "bring personas/schema/ up to date first"),
        ),
    )
    add_workspace(made)
    made.add_argument(
        "--write-schemas", action="store_true", help="write personas/schema/*.json first"
    )
    return made


def run(args: argparse.Namespace) -> int:
    """Check; raises InvalidFiles with everything found."""
    workspace = Workspace(args.workspace)
    if args.write_schemas:
        _write_schemas(workspace)
    complaints: list[Complaint] = []
    try:
        checked = workspace.check()
    except InvalidFiles as problem:
        complaints += problem.complaints
    said = {(one.file, one.line) for one in complaints}
    left = unfilled(workspace, written_files(workspace))
    complaints += [one for one in left if (one.file, one.line) not in said]
    complaints += _stale(workspace)
    if complaints:
        raise InvalidFiles(sorted(complaints, key=lambda one: (one.file, one.line)))
    for name in checked.ignored:
        say(f"Not read: {name}")
    say(
        f"All good: {checked.personas} personas, {checked.scenarios} scenarios, "
        f"{checked.contrasts} contrasts, "
        f"{checked.studies} {'study' if checked.studies == 1 else 'studies'}."
    )
    return OK


def _write_schemas(workspace: Workspace) -> None:
    try:
        write_schemas(workspace.root / "personas" / "schema")
    except OSError as problem:
        raise SetupError(
            f"check: personas/schema/ cannot be written ({problem.strerror}); wanted to bring the "
            f"schemas there up to date. {way_out(problem)} and run it again."
        ) from problem


def _stale(workspace: Workspace) -> list[Complaint]:
    return [
        Complaint(
            path.relative_to(workspace.root).as_posix(),
            0,
            "",
            "a schema that is missing or of another version",
            "the schema of this version",
            "Run `parallax check --write-schemas`.",
        )
        for path in stale_schemas(workspace)
    ]
