"""During a whole session nothing is sent anywhere but to loopback.

Every ``connect`` and every datagram of the launcher, the server and the kernel is seen by strace;
every request and socket of the page by the browser itself.
"""

import ipaddress
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from browser import Chromium
from lab import PATIENCE, Lab, copy_workspace
from playwright.async_api import expect
from servers import ChatServer, Say
from tester import Tester, kernels

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADDRESS = re.compile(
    r"^(?P<pid>\d+)\s+(?:connect|sendto|sendmsg)\(.*?"
    r"sa_family=AF_INET6?, .*?sin6?_port=htons\((?P<port>\d+)\).*?"
    r'(?:inet_addr\("(?P<v4>[^"]+)"\)|inet_pton\(AF_INET6, "(?P<v6>[^"]+)")'
)


class TracedLab(Lab):
    """A lab whose every attempt to reach an address is written to ``trace``."""

    @property
    def trace(self) -> Path:
        return self.workspace.parent / "trace"

    @property
    def watcher(self) -> tuple[str, ...]:
        what = ("-e", "trace=connect,sendto,sendmsg", "-e", "signal=none")
        return ("strace", "-f", "-qq", "-s", "0", "-o", str(self.trace), *what)

    def stop(self, number: int = signal.SIGINT) -> int:
        # strace itself ignores signals while it writes to a file.
        for launcher in psutil.Process(self.pid).children():
            launcher.send_signal(number)
        assert self._process is not None
        return self._process.wait(PATIENCE)

    def addresses(self) -> list[tuple[int, str, int]]:
        """Process, address and port of each attempt, as the kernel of the system saw it."""
        found = []
        for line in self.trace.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := ADDRESS.match(line):
                address = match["v4"] or match["v6"]
                found.append((int(match["pid"]), address, int(match["port"])))
        return found


@contextmanager
def strace() -> Iterator[None]:
    if shutil.which("strace") is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, and there is no strace on this machine")
        pytest.skip("there is no strace on this machine")
    yield


def test_a_whole_session_reaches_only_loopback(chromium: Chromium, tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    requests: list[str] = []
    kernel_pids: list[int] = []

    async def steps(lab: Lab) -> None:
        tester = await Tester.arrive(chromium, lab)
        kernel_pids.extend(kernels(lab))
        await tester.begin("T-01")
        for number in (1, 2):
            await tester.say(f"Question {number}")
            await tester.answered(number)
        await tester.rate(3)
        await tester.press("Finish conversation")
        await tester.answer_the_form()
        await tester.press("Save and go on")
        await expect(tester.page.get_by_role("heading", name="Next conversation")).to_be_visible()
        requests.extend(tester.requests)

    with strace(), ChatServer(Say("Of course, at once.")) as server:
        words = ("--endpoint", "openai:test", "--base-url", server.base_url)
        with TracedLab(workspace, *words) as lab:
            chromium.run(steps(lab))
        assert server.requests == 2
        seen = lab.addresses()
        port = int(server.host.rpartition(":")[2])
    assert len(kernel_pids) == 1
    assert any(to == port for _, _, to in seen), "the trace missed the endpoint itself"
    away = [one for one in seen if not ipaddress.ip_address(one[1]).is_loopback]
    assert away == []
    threads = kernel_threads(lab.trace, kernel_pids[0])
    from_kernel = {to for pid, _, to in seen if pid in threads}
    assert from_kernel == {port}
    hosts = {urlsplit(url).hostname for url in requests} - {None, ""}
    assert hosts == {"127.0.0.1"}


def kernel_threads(trace: Path, kernel: int) -> set[int]:
    """The kernel and its threads: strace names a thread by its own id.

    Ids are given out in order, so what began after the kernel and is no other process is one.
    """
    pids = {int(line.split()[0]) for line in trace.read_text(errors="replace").splitlines()}
    return {pid for pid in pids if pid >= kernel}
