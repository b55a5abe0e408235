"""Terminal: options, exit codes, words and progress that every command shares."""

from toolkit.cli.terminal.output import accept_any_console, say, warn, way_out
from toolkit.cli.terminal.parser import (
    BUG,
    FAILED,
    INTERRUPTED,
    OK,
    USAGE,
    add_count,
    add_seed,
    add_study,
    add_workspace,
    make_parser,
    seed_number,
    whole_number,
)
from toolkit.cli.terminal.progress_bar import Progress
from toolkit.cli.terminal.stop_signals import STOP_SIGNALS, stop_like_interrupt
from toolkit.cli.terminal.sweep_line import SweepLine

__all__ = [
    "BUG",
    "FAILED",
    "INTERRUPTED",
    "OK",
    "Progress",
    "STOP_SIGNALS",
    "SweepLine",
    "USAGE",
    "accept_any_console",
    "add_count",
    "add_seed",
    "add_study",
    "add_workspace",
    "make_parser",
    "say",
    "seed_number",
    "stop_like_interrupt",
    "warn",
    "way_out",
    "whole_number",
]
