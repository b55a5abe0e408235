from pathlib import Path

from toolkit.record import open_record


def test_a_record_and_what_lies_beside_it_are_its_owners_alone(tmp_path: Path) -> None:
    with open_record(tmp_path / "record.db") as record:
        record.enrol("T-01", enrolled_by="code")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("record.db*")}
    assert modes
    assert set(modes.values()) == {0o600}
