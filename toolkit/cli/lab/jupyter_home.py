"""A Jupyter configuration of our own, made at each start and gone afterwards.

The user's Jupyter files are neither read nor touched: another kernel, an extension or a setting
there could break a session or send something out. Only the look (theme, font size) is kept, in
the workspace's ``.cache``.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.cli.lab.notebook_save_hook import NOTEBOOKS_VARIABLE

_SOCKET_NAME = 100
"""Bytes in the name of a socket that every system allows."""
EXTENSION_HOME = Path(__file__).parents[1] / "jupyter"
_NEVER_ACTIVE = (
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/debugger-extension",
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/fileeditor-extension:language-server",
    "@jupyterlab/lsp-extension",
    "@jupyterlab/notebook-extension:language-server",
    "@jupyterlab/terminal-extension",
    "@voila-dashboards/jupyterlab-preview",
)
_NEVER_LOADED = (
    "jupyter_lsp",
    "jupyter_server_terminals",
    "notebook_shim",
    "voila.server_extension",
)


PANELS = ("notebooks/20_session.ipynb", "notebooks/45_rate.ipynb")
"""Notebooks of one panel each: they run when they open, and are never changed."""


class Doorway(NamedTuple):
    """Where the server listens, what opens it, and what it shows first."""

    port: int
    """The first port to try."""
    other_ports: int
    """How many more to try when somebody else was quicker."""
    token: str
    notebook: str
    """Path below the workspace, with ``/``."""

    def lab_url(self, port: int) -> str:
        """Address of the notebook in JupyterLab, at the port that was found."""
        return f"http://127.0.0.1:{port}/doc/tree/{self.notebook}?token={self.token}"

    def voila_url(self, port: int) -> str:
        """Address of the panel alone, at the port that was found."""
        return f"http://127.0.0.1:{port}/?token={self.token}"


def make_home(home: Path, workspace: Path, doorway: Doorway) -> dict[str, str]:
    """Write the configuration below ``home``; returns the environment that makes it count.

    Args:
        home: an empty folder that only this user can read.
        workspace: the folder served.
        doorway: where and how to listen.
    """
    _write(home / "config" / "jupyter_server_config.json", server_config(home, workspace, doorway))
    _write(home / "config" / "voila.json", voila_config(home, doorway))
    disabled = dict.fromkeys(_NEVER_ACTIVE, True)
    page = {"disabledExtensions": disabled, "parallaxNotebooks": list(PANELS)}
    _write(home / "config" / "labconfig" / "page_config.json", page)
    _write(home / "config" / "labconfig" / "default_setting_overrides.json", _SETTINGS)
    _write(home / "share" / "kernels" / "python3" / "kernel.json", _kernel())
    return _environment(home, workspace)


def server_config(home: Path, workspace: Path, doorway: Doorway) -> dict[str, Any]:
    """Say how the server runs: loopback, a token, nothing fetched, nothing offered to install.

    Args:
        home: folder of this start, readable by this user only.
        workspace: the folder served.
        doorway: where and how to listen.
    """
    return {
        "ServerApp": {
            **_listening(doorway),
            "allow_root": True,
            "answer_yes": True,
            "default_url": f"/doc/tree/{doorway.notebook}",
            "jpserver_extensions": dict.fromkeys(_NEVER_LOADED, False),
            "root_dir": str(workspace),
            "terminals_enabled": False,
        },
        "Application": {"log_level": 40},
        "FileContentsManager": {
            "pre_save_hook": "toolkit.cli.lab.notebook_save_hook.keep_as_written"
        },
        "IdentityProvider": {"token": doorway.token},
        "KernelManager": {"transport": _transport(home)},
        "KernelSpecManager": {"allowed_kernelspecs": ["python3"]},
        "LabApp": {
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
            "news_url": None,
        },
    }


def voila_config(home: Path, doorway: Doorway) -> dict[str, Any]:
    """Say the same to Voila, which shows the notebook without its code.

    Args:
        home: folder of this start, readable by this user only.
        doorway: where and how to listen.
    """
    return {
        "Voila": {**_listening(doorway), "token": doorway.token},
        "KernelManager": {"transport": _transport(home)},
        "VoilaConfiguration": {
            "extension_denylist": ["parallax-open", "@voila-dashboards/jupyterlab-preview"],
            "show_tracebacks": False,
            "strip_sources": True,
        },
    }


def _listening(doorway: Doorway) -> dict[str, Any]:
    """On this machine only, and whatever a page holds, the browser reaches no other place."""
    return {
        "ip": "127.0.0.1",
        "log_level": 40,
        "open_browser": False,
        "port": doorway.port,
        "port_retries": doorway.other_ports,
        "tornado_settings": {
            "headers": {
                "Content-Security-Policy": (
                    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
                    "connect-src 'self' data: blob:; object-src 'none'; base-uri 'self'; "
                    "form-action 'self'; frame-ancestors 'self'"
                )
            }
        },
    }


_SETTINGS: dict[str, Any] = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "doNotDisturbMode": True,
        "fetchNews": "false",
    },
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": False},
    # A cell scrolled out of sight would otherwise be taken out of the page, and the panel with it.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def _transport(home: Path) -> str:
    # Sockets that only this user can open, where the system has them and their names fit.
    longest = home / "runtime" / f"kernel-{'0' * 36}-ipc-5"
    return "ipc" if os.name == "posix" and len(str(longest)) < _SOCKET_NAME else "tcp"


def _kernel() -> dict[str, Any]:
    return {
        "argv": [
            *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            "--IPKernelApp.log_level=40",
            # Loaded while the page is: the first cell then finds it there.
            "--IPKernelApp.exec_lines=__import__('toolkit.widgets');",
        ],
        "display_name": "Python 3 (Parallax)",
        # A signal would break off a kernel that is still starting, with a traceback; on Windows
        # a kernel does not act on a message.
        "interrupt_mode": "message" if os.name == "posix" else "signal",
        "language": "python",
        "metadata": {"debugger": False},
    }


def _environment(home: Path, workspace: Path) -> dict[str, str]:
    return {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(_settings_dir(home, workspace)),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_NO_CONFIG": "",
        "JUPYTER_PATH": os.pathsep.join((str(home / "share"), str(EXTENSION_HOME))),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "PYTHONNOUSERSITE": "1",
        NOTEBOOKS_VARIABLE: ":".join(PANELS),
    }


def _settings_dir(home: Path, workspace: Path) -> Path:
    kept = workspace / ".cache" / "jupyterlab-settings"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        return home / "settings"
    return kept


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
