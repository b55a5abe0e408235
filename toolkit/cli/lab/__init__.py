"""The command `lab`: JupyterLab or Voila with a panel that is already open."""

from toolkit.cli.lab.jupyter_home import Doorway, make_home
from toolkit.cli.lab.notebook_server import load_early

__all__ = ["Doorway", "load_early", "make_home"]
