"""`parallax lab` for real: JupyterLab up, everything down, nothing left, nothing dirtied."""

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import psutil
import pytest
from lab import Lab, alive, chromium_page, copy_workspace, parallax, status_of, until

from toolkit.endpoints import model_path

SESSION = "notebooks/20_session.ipynb"
MARKER = "from ipywidgets import IntSlider\nIntSlider(description='panel stand-in')"


def put_notebook(workspace: Path, source: str) -> None:
    """Replace the session notebook's one cell, so that these tests need no panel."""
    path = workspace / SESSION
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = source.splitlines(keepends=True)
    path.write_text(
        json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def commit(folder: Path) -> None:
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("lab.log\n.cache/\nresults/\n.ipynb_checkpoints/\n")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@invalid", "commit", "-qm", "all")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_it_serves_on_loopback_with_a_token_and_stops_on_ctrl_c(
    workspace: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with Lab(workspace, TMPDIR=str(temporary)) as lab:
        assert re.fullmatch(
            r"http://127\.0\.0\.1:\d+/doc/tree/notebooks/20_session\.ipynb\?token=[\w-]{32}",
            lab.url,
        )
        assert status_of(lab.url) == 200
        assert status_of(lab.url.partition("/doc")[0] + "/api/contents") == 403
        pids = lab.pids
        (home,) = temporary.iterdir()
        assert home.stat().st_mode & 0o777 == 0o700
        assert lab.stop() == 0
    assert alive(pids) == []
    assert list(temporary.iterdir()) == []
    assert lab.output.startswith("Study: small · answered by scripted:courteous\n")
    assert lab.output.endswith("Ctrl-C stops everything.\n\nStopping …\nStopped.\n")


def test_a_second_start_and_sigterm_work_too(workspace: Path) -> None:
    for _ in range(2):
        with Lab(workspace) as lab:
            assert status_of(lab.url) == 200
            assert lab.stop(signal.SIGTERM) == 0


def test_a_stop_while_the_first_kernel_starts_leaves_nothing_behind(workspace: Path) -> None:
    with Lab(workspace) as lab:
        lab.stop(signal.SIGTERM)
    assert lab.output.endswith("\nStopping …\nStopped.\n")


def test_two_labs_find_two_ports(workspace: Path) -> None:
    with Lab(workspace) as one, Lab(workspace) as other:
        assert one.url.split("/")[2] != other.url.split("/")[2]
        assert status_of(other.url) == 200


@pytest.mark.browser
def test_only_the_named_notebook_runs_by_itself_and_nothing_is_dirtied(tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    put_notebook(workspace, MARKER)
    other = workspace / "notebooks" / "other.ipynb"
    other.write_bytes((workspace / SESSION).read_bytes())
    commit(workspace)
    with Lab(workspace, "--scripted") as lab, chromium_page() as page:
        page.goto(lab.url)
        page.wait_for_selector(".widget-slider")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        assert git(workspace, "status", "--porcelain") == ""
        assert (workspace / "notebooks" / ".ipynb_checkpoints").exists()
        page.goto(lab.url.replace("20_session", "other"))
        page.wait_for_selector(".jp-InputPrompt")
        page.wait_for_selector("text=| Idle")
        page.wait_for_timeout(1000)
        assert page.locator(".widget-slider").count() == 0
        assert page.hosts == {lab.url.split("/")[2]}
        pids = lab.pids
        assert len(pids) >= 3
        assert lab.stop() == 0
        assert alive(pids) == []
    saved = workspace / "notebooks" / ".ipynb_checkpoints" / "20_session-checkpoint.ipynb"
    assert saved.read_bytes() == (workspace / SESSION).read_bytes()


@pytest.mark.browser
def test_the_panel_comes_back_after_its_kernel_is_killed(workspace: Path) -> None:
    put_notebook(workspace, "import os\nprint('kernel', os.getpid())")
    with Lab(workspace) as lab, chromium_page() as page:
        page.goto(lab.url)
        first = page.wait_for_selector("text=/^kernel \\d+/").inner_text()
        os.kill(int(first.split()[1]), signal.SIGKILL)
        until(lambda: page.locator("text=/^kernel \\d+/").inner_text() != first)
        page.reload()
        page.wait_for_selector("text=/^kernel \\d+/")


@pytest.mark.browser
def test_killing_the_launcher_leaves_no_kernel(workspace: Path) -> None:
    put_notebook(workspace, MARKER)
    with Lab(workspace) as lab, chromium_page() as page:
        page.goto(lab.url)
        page.wait_for_selector(".widget-slider")
        pids = lab.pids
        assert len(pids) == 2
        lab.stop(signal.SIGKILL)
        until(lambda: alive(pids) == [])


@pytest.mark.browser
def test_the_kernel_gets_what_the_launcher_was_told(workspace: Path) -> None:
    put_notebook(
        workspace,
        "import os, sys\nnames = 'STUDY PARTICIPANT BIND'.split()\n"
        "print([os.environ['PARALLAX_' + name] for name in names])\nprint(sys.executable)",
    )
    words, named = ("--endpoint", "scripted:slow"), {"PARALLAX_PARTICIPANT": "code-1"}
    with Lab(workspace, *words, JUPYTER_PATH="/nowhere", **named) as lab, chromium_page() as page:
        page.goto(lab.url)
        shown = page.wait_for_selector(".jp-OutputArea-output").inner_text()
    bind = '{"assistant":{"endpoint":"scripted:slow"}}'
    assert shown.splitlines()[0] == str(["small", "code-1", bind])
    assert "answered by scripted:slow" in lab.output


WATCH = """\
import os, sys

def watch(event, args, own=("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)):
    place = args[1] if event == "socket.connect" else args
    if event in {"socket.connect", "socket.getaddrinfo"} and isinstance(place, tuple):
        host = place[0].decode() if isinstance(place[0], bytes) else place[0]
        with open(os.environ["WATCH_LOG"], "a") as log:
            log.write(("own" if host in own else f"{event} {host}") + "\\n")

sys.addaudithook(watch)
"""


@pytest.mark.browser
def test_the_panel_is_there_and_nothing_reaches_out(tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    watch, log = tmp_path / "watch", tmp_path / "connections"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    environment = {
        "PYTHONPATH": str(watch),
        "WATCH_LOG": str(log),
        "PARALLAX_PARTICIPANT": "code-1",
    }
    with Lab(workspace, "--scripted", **environment) as lab, chromium_page() as page:
        page.goto(lab.url)
        page.get_by_text("Before you begin").wait_for()
        page.wait_for_timeout(2000)
        assert page.hosts == {lab.url.split("/")[2]}
    seen = log.read_text(encoding="utf-8").split("\n")
    assert "own" in seen, "nothing was watched"
    assert set(seen) <= {"own", ""}


@pytest.mark.browser
def test_voila_shows_the_panel_alone(workspace: Path) -> None:
    pytest.importorskip("voila")
    put_notebook(workspace, MARKER)
    with Lab(workspace, "--voila") as lab, chromium_page() as page:
        assert status_of(lab.url.partition("?")[0]) in {200, 403}
        page.goto(lab.url)
        page.wait_for_selector(".widget-slider")
        assert "IntSlider" not in page.inner_text("body")
        pids = lab.pids
        assert lab.stop() == 0
        assert alive(pids) == []


@pytest.mark.embedded
def test_the_embedded_model_starts_and_ends_with_the_lab(
    workspace: Path, embedded_model: None
) -> None:
    fetched = ("--endpoint", "embedded:smollm2")
    # A copy of the same file is the same model, so a closed network runs the study as frozen.
    brought = ("--model", str(model_path()))
    for words, number in ((fetched, signal.SIGINT), (brought, signal.SIGKILL)):
        with Lab(workspace, *words) as lab:
            assert "answered by embedded:smollm2\n" in lab.output
            # The launcher, the model, and the kernel, which starts before anybody opens the page.
            until(lambda lab=lab: len(lab.pids) == 3)
            pids = lab.pids
            assert "ipykernel_launcher" in psutil.Process(pids[2]).cmdline()
            listening = psutil_listening(pids[1])
            assert listening
            assert {address for address, _ in listening} == {"127.0.0.1"}
            lab.stop(number)
            until(lambda pids=pids: alive(pids) == [])


def psutil_listening(pid: int) -> list[tuple[str, int]]:
    found = psutil.Process(pid).net_connections(kind="inet")
    return [tuple(one.laddr) for one in found if one.status == psutil.CONN_LISTEN]


@pytest.mark.parametrize("mode", [(), ("--voila",)])
def test_a_taken_port_is_told(workspace: Path, mode: tuple[str, ...]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ("--port", str(port), "--workspace", str(workspace), "--no-browser")
        done = parallax("lab", *words, *mode)
    assert done.returncode == 1
    assert done.stderr == (
        f"port: got {port}, which cannot be listened on (another program has it, or it is "
        "reserved); wanted a free one. Stop the other program, name another --port, or leave "
        "--port out and a free one is found.\n"
    )
