"""What `parallax lab` starts, without a browser: the server's modules and the kernel."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from lab import clean_environment

from toolkit.cli.lab import Doorway, make_home

EARLY = """\
import sys, threading
from toolkit.cli.lab import load_early
load_early(voila={voila})
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()
"""


def after_early_loading(words: str, *, voila: bool = False, **environ: str) -> str:
    """What these words print in a process that has loaded its server early."""
    done = subprocess.run(
        [sys.executable, "-c", EARLY.format(voila=voila) + words],
        env=clean_environment(**environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_early_loading_skips_a_grammar_that_can_still_be_imported() -> None:
    assert (
        after_early_loading(
            "print('jupyterlab.labapp' in sys.modules, 'rfc3987_syntax' in sys.modules)\n"
            "import rfc3987_syntax\n"
            "print(rfc3987_syntax.is_valid_syntax('iri', 'https://example.com/\u00e9'))"
        )
        == "True False\nTrue\n"
    )


def test_a_server_that_cannot_do_without_the_grammar_loads_later(tmp_path: Path) -> None:
    package = tmp_path / "voila"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "app.py").write_text("from rfc3987_syntax import is_valid_syntax\n", "utf-8")
    words = "print('voila.app' in sys.modules)\nimport voila.app\nprint(voila.app.__name__)"
    told = after_early_loading(words, voila=True, PYTHONPATH=str(tmp_path))
    assert told == "False\nvoila.app\n"


def kernel_of(home: Path) -> KernelManager:
    """A kernel as the lab's server would start it."""
    make_home(home, home, Doorway(0, 0, "token", "notebooks/20_session.ipynb"))
    specs = KernelSpecManager(kernel_dirs=[str(home / "share" / "kernels")])
    return KernelManager(
        kernel_name="python3",
        kernel_spec_manager=specs,
        connection_file=str(home / "kernel.json"),
    )


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[KernelManager]:
    made = kernel_of(tmp_path)
    yield made
    made.shutdown_kernel(now=True)


def test_a_cell_that_runs_can_be_broken_off(kernel: KernelManager) -> None:
    kernel.start_kernel()
    client = kernel.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        asked = client.execute("import time; print('begun'); time.sleep(60)")
        while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
            pass
        kernel.interrupt_kernel()
        reply = client.get_shell_msg(timeout=30)
        while reply["parent_header"]["msg_id"] != asked:
            reply = client.get_shell_msg(timeout=30)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
    finally:
        client.stop_channels()


def test_a_kernel_that_is_stopped_while_it_starts_shows_no_traceback(
    kernel: KernelManager, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    with said.open("w") as file:
        kernel.start_kernel(stdout=file, stderr=file)
        time.sleep(0.15)
        kernel.shutdown_kernel()
    assert "Traceback" not in said.read_text()


def test_on_windows_a_kernel_is_interrupted_by_a_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kernel_of(tmp_path).kernel_spec.interrupt_mode == "message"
    windows = SimpleNamespace(name="nt", pathsep=";")
    monkeypatch.setattr("toolkit.cli.lab.jupyter_home.os", windows)
    assert kernel_of(tmp_path).kernel_spec.interrupt_mode == "signal"
