"""The ``parallax`` command, one subcommand a file.

*Command*: a file with ``parser()`` and ``run(args)``; it is loaded only when it is called. Errors
of the toolkit become one message on standard error; ``toolkit.cli.command`` lists the exit codes.
"""

from toolkit.cli.main import COMMANDS, main

__all__ = ["COMMANDS", "main"]
