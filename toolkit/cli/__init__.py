"""The ``parallax`` command, one subcommand a file."""
