"""Opening of a record: in a database, or an export to read."""

from pathlib import Path

from toolkit.errors import RecordUnwritable
from toolkit.record.export.jsonl import EXPORT_ENDINGS, ExportedRecord
from toolkit.record.journal.record import Durability, Record
from toolkit.record.journal.record_address import HasRecord, find_place


def open_record(
    where: str | Path | HasRecord,
    *,
    durability: Durability = "full",
    read_only: bool = False,
    patience: float = 30.0,
) -> Record:
    """Open the record of a study, making it if there is none yet.

    Args:
        where: a URL (``sqlite:///…``, ``postgresql://…``), the path of a ``.db`` file, anything
            with ``study_id`` and ``url``, or, to read only, the path of an export.
        durability: ``full``: an append has reached the disk when it returns. ``normal``: it
            survives a killed process but perhaps not a power cut, and is several times faster. On
            PostgreSQL ``full`` means what the server is set to, which by default is the same.
        read_only: for analysis, also of a file in a place that cannot be written.
        patience: seconds to wait for another writer.

    Raises:
        RecordUnwritable: the place cannot be written, or is a network file system.
        RecordUnreadable: something else lives there, or the record of a newer toolkit.
        RecordFull: there is no room for it.
        RecordBusy: somebody else kept it for longer than ``patience``.
    """
    if not isinstance(where, HasRecord) and str(where).endswith(EXPORT_ENDINGS):
        exported = ExportedRecord(Path(where))
        if not read_only:
            exported.require_writable()
        return exported
    place = find_place(where)
    # Imported where a database is opened: SQLAlchemy costs more than the rest of the room.
    from toolkit.record.journal.database_record import DatabaseRecord

    return DatabaseRecord(place, durability=durability, read_only=read_only, patience=patience)


def read_jsonl(path: str | Path, where: str | Path | HasRecord) -> Record:
    """Open a new record with the entries of an export, exactly as they were.

    Links are not judged here: a line that was changed is kept as it is and ``verify()`` names it.

    Args:
        path: a file made by ``write_jsonl``.
        where: an address for ``open_record`` at which there is no record yet, or an empty one.

    Raises:
        RecordUnreadable: if a line is not what an export holds, or lines are missing; nothing is
            kept.
        RecordUnwritable: if ``where`` already holds entries or cannot be written.
    """
    exported = ExportedRecord(Path(path))
    record = open_record(where)
    try:
        if record.extent() != (0, 0):
            raise RecordUnwritable(
                f"import: {record.place} already holds entries; wanted an empty place, so that two "
                "records are not mixed. Choose a new file or database."
            )
        record.restore(exported.record_id, exported._kept(bodies=True))
    except BaseException:
        record.close()
        raise
    return record
