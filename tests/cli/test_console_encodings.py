"""Output reaches a console or a file of any encoding, and shows what would stay unseen."""

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
from lab import clean_environment

from toolkit.cli import main
from toolkit.cli.terminal import Progress, accept_any_console, make_parser, say, warn

REPORT = "−0.50 [−1.0, 0.1] “worse” … ≤ 5 % × 2 → ‹name› ✓ Žofie 王芳 علي नमस्ते 👍🏽"
CONSOLES = [
    ("ascii", "the C locale"),
    ("cp1252", "Western Europe on Windows"),
    ("cp437", "a console of the United States"),
    ("cp850", "a console of Western Europe"),
    ("cp1250", "Central Europe on Windows"),
    ("cp1251", "Cyrillic on Windows"),
    ("cp1253", "Greek on Windows"),
    ("cp1254", "Turkish on Windows"),
    ("cp1255", "Hebrew on Windows"),
    ("cp1256", "Arabic on Windows"),
    ("cp932", "Japanese on Windows"),
    ("cp936", "Chinese on Windows"),
    ("cp949", "Korean on Windows"),
    ("latin-1", "an old Unix"),
    ("koi8-r", "an old Russian Unix"),
    ("utf-16", "a file of PowerShell"),
    ("utf-8", "everybody else"),
]


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Make both outputs those of an encoding, as strict as a file's; gives what was written."""

    def opened(encoding: str) -> io.BytesIO:
        written = io.BytesIO()
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(written, encoding, errors="strict"))
        accept_any_console()
        return written

    return opened


@pytest.mark.parametrize(("encoding", "why"), CONSOLES, ids=[one[1] for one in CONSOLES])
@pytest.mark.parametrize("output", [say, warn])
def test_every_sign_is_written_or_escaped(console, output, encoding: str, why: str) -> None:  # type: ignore[no-untyped-def]
    written = console(encoding)
    output(REPORT)
    said = written.getvalue().decode(encoding)
    kept = REPORT.split()[-3].encode(encoding, "backslashreplace").decode(encoding)
    assert kept in said, why
    assert "0.50" in said
    assert "?" not in said
    assert "\ufffd" not in said


def test_our_own_signs_are_plain_where_a_console_has_none(console) -> None:  # type: ignore[no-untyped-def]
    written = console("ascii")
    say(REPORT)
    assert (
        written.getvalue()
        .decode()
        .startswith(
            '-0.50 [-1.0, 0.1] "worse" ... <= 5 % x 2 -> <name> ok \\u017dofie \\u738b\\u82b3'
        )
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_and_progress_are_written_too(console, encoding: str) -> None:  # type: ignore[no-untyped-def]
    written = console(encoding)
    make_parser("x", "Žofie − 王", examples=(("parallax x", "…"),)).print_help()
    Progress("王", unit="B")(1, 2)
    sys.stdout.flush()
    assert b"parallax x" in written.getvalue()


@pytest.mark.parametrize(
    "extra",
    [
        {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["cp1252", "ascii", "C", "POSIX"],
)
def test_a_command_ends_as_it_would_elsewhere(workspace: Path, extra: dict[str, str]) -> None:
    persona = next((workspace / "personas/people").glob("*.yaml"))
    text = persona.read_text(encoding="utf-8")
    persona.write_text(text.replace("pronouns:", "王芳: −\n  pronouns:", 1), encoding="utf-8")
    out = workspace / "said.txt"
    with out.open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "toolkit", "check", "--workspace", str(workspace)],
            env={**clean_environment(), **extra},
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert done.returncode == 1
    assert b"\\u738b\\u82b3" in out.read_bytes()
    assert b"nobody planned" not in out.read_bytes()


@pytest.mark.parametrize("name", ["check", "status", "plan", "freeze", "new", "verify", "analyze"])
@pytest.mark.parametrize("sign", ["\u202e", "\x1b[2J", "\u200b", "\u2066", "\x07", "\u2028"])
def test_a_hidden_sign_in_an_argument_is_shown(
    name: str, sign: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([name, f"--{sign}x"], [f"{name}{sign}"], [name, f"gpj.{sign}exe", "b", "c"]):
        with contextlib.suppress(SystemExit):
            main(words)
    out, err = capsys.readouterr()
    assert sign[0] not in out + err
    assert err.count(f"U+{ord(sign[0]):04X}") + err.count(ascii(sign[0])[1:-1]) >= 1
