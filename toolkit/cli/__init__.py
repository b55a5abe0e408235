"""The ``parallax`` command: families of commands in rooms, one subcommand a file.

*Command*: a file with ``parser()`` and ``run(args)``; it is loaded only when it is called. Errors
of the toolkit become one message on standard error; ``toolkit.cli.terminal`` has the exit codes
and what else commands share. ``jupyter/`` is the extension of JupyterLab.
"""

from toolkit.cli.main import COMMANDS, main

__all__ = ["COMMANDS", "main"]
