"""``python -m toolkit`` is the ``parallax`` command."""

import sys

from toolkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
