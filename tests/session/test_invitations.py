"""Who may enroll: a list of invitations, a brake on guesses, and the key beside the record."""

import os
import re
import sqlite3
from pathlib import Path

import pytest
from small_world import make_workspace

from toolkit.cli import main
from toolkit.design import Study
from toolkit.errors import NotInvited, NotNow, RecordUnreadable
from toolkit.record import Invitation, Participant, open_record
from toolkit.session import Sitting


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load("small", workspace=make_workspace(tmp_path))


def test_codes_have_80_bits_and_are_kept_nowhere(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        codes = record.invite(300)
        (row,) = record.rows(Invitation)
    assert len(set(codes)) == 300
    assert all(
        re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", one) for one in codes
    )
    assert len({sign for one in codes for sign in one} - {"-"}) == 32
    assert list(row.pseudonyms) == sorted(row.pseudonyms)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert not [
        one for one in codes if one.encode() in kept or one.replace("-", "").encode() in kept
    ]


def test_a_wrong_code_gets_no_seat_once_there_is_a_list(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        early = record.enrol("before the list", enrolled_by="code")
        code = record.invite(2)[0]
        before = record.extent()
        for wrong in ("guess", code[:-1], code + "0", code[::-1]):
            with pytest.raises(NotInvited, match="not on the list of invitations"):
                record.enrol(wrong, enrolled_by="code")
        with pytest.raises(NotInvited):
            record.enrol("guess", enrolled_by="launcher")
        assert record.extent() == before
        assert record.enrol(f" {code.upper()} ", enrolled_by="code").seat == 1
        assert record.enrol("before the list", enrolled_by="code") == early
        assert record.enrol("a script", enrolled_by="simulation", simulated=True).seat == 2
        assert record.enrol("anybody", enrolled_by="code", open_to_all=True).seat == 3


def test_a_study_may_say_open(study: Study, tmp_path: Path) -> None:
    with open_record(study) as record:
        record.invite(1)
        with pytest.raises(NotInvited):
            Sitting(study, record).enrol("anybody")
    path = tmp_path / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text("utf-8") + "enrollment: open\n", "utf-8")
    (study.results / "explore.frozen.json").unlink()
    opened = Study.load("small", workspace=tmp_path)
    with open_record(opened) as record:
        assert Sitting(opened, record).enrol("anybody").seat == 0


def test_whoever_guesses_has_to_wait_in_every_window(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("toolkit.session.guess_brake.time.monotonic", lambda: now[0])
    with open_record(study) as record:
        code = record.invite(1)[0]
        for number in range(5):
            with pytest.raises(NotInvited):
                Sitting(study, record).enrol(f"guess {number}")
        with pytest.raises(NotNow) as wait:
            Sitting(study, record).enrol(code)
        assert str(wait.value) == (
            "Too many codes were wrong. Wait 11 seconds, then enter the one from your invitation."
        )
        now[0] += 11
        with pytest.raises(NotInvited):
            Sitting(study, record).enrol("guess 6")
        now[0] += 11
        with pytest.raises(NotNow):
            Sitting(study, record).enrol(code)
        now[0] += 10
        assert Sitting(study, record).enrol(code).seat == 0


def test_the_name_of_a_hubs_user_is_nobodys_code(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        user = record.enrol("alice", enrolled_by="hub")
        typed = record.enrol("alice", enrolled_by="code")
        assert typed.participant_id != user.participant_id
        assert record.enrol("alice", enrolled_by="hub") == user


def in_table(path: Path) -> list[tuple[str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT value FROM parallax_meta WHERE key = 'secret'").fetchall()
    connection.close()
    return found


def test_the_key_lies_beside_the_record_for_its_owner_alone(tmp_path: Path) -> None:
    path, key = tmp_path / "record.db", tmp_path / "record.db.key"
    with open_record(path) as record:
        record.enrol("T-01", enrolled_by="code")
    assert in_table(path) == []
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text("ascii").strip().encode() not in path.read_bytes()


def test_a_record_of_before_keeps_its_pseudonyms_and_loses_its_key(tmp_path: Path) -> None:
    path, key = tmp_path / "record.db", tmp_path / "record.db.key"
    with open_record(path) as record:
        first = record.enrol("T-01", enrolled_by="code")
    secret = key.read_text("ascii").strip()
    key.unlink()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO parallax_meta VALUES ('secret', ?)", [secret])
    connection.commit()
    connection.close()
    assert secret.encode() in path.read_bytes()
    with open_record(path) as record:
        assert record.enrol("T-01", enrolled_by="code") == first
    assert in_table(path) == []
    assert secret.encode() not in path.read_bytes()
    assert key.read_text("ascii").strip() == secret


@pytest.mark.parametrize("damage", [None, "", "zz", "ab" * 31, "é" * 64])
def test_a_key_that_is_lost_gives_nobody_another_seat(tmp_path: Path, damage: str | None) -> None:
    path, key = tmp_path / "record.db", tmp_path / "record.db.key"
    with open_record(path) as record:
        record.enrol("T-01", enrolled_by="code")
        key.unlink()
        if damage is not None:
            key.write_text(damage, "utf-8")
        with pytest.raises(RecordUnreadable, match="wanted"):
            record.enrol("T-01", enrolled_by="code")
        assert len(record.rows(Participant)) == 1


def test_a_sheet_is_printed_once_and_the_codes_on_it_work(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["invite", "small", "3", "--workspace", str(tmp_path)]
    assert main(words) == 0
    assert main(words) == 0
    said = capsys.readouterr().out
    sheet = study.results / "invitations-1.txt"
    assert os.stat(sheet).st_mode & 0o777 == 0o600
    codes = re.findall(r"Your code:   (\S+)", sheet.read_text("utf-8"))
    assert len(codes) == 3
    assert not [one for one in codes if one in said]
    with open_record(study) as record:
        assert len(record.rows(Invitation)) == 2
        assert [record.enrol(one, enrolled_by="code").seat for one in codes] == [0, 1, 2]
    assert main([*words, "--out", str(sheet)]) == 1
    assert "wanted a new file" in capsys.readouterr().err
