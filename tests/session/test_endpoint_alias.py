"""What the record keeps of who answers under an alias."""

from dataclasses import dataclass, replace

import pytest

from toolkit.endpoints import Answer, Settings
from toolkit.record import Binding, Record
from toolkit.session import Bound, record_binding


@dataclass(frozen=True)
class Served:
    """An endpoint that is never asked."""

    name: str
    host: str

    async def reply(self, *_: object, **__: object) -> Answer:
        raise AssertionError("never reached")

    async def close(self) -> None:
        raise AssertionError("never reached")


@pytest.mark.parametrize(("name", "rows"), [("embedded:smollm2", 1), ("openai:small", 2)])
def test_a_new_port_of_the_embedded_server_alone_is_no_other_endpoint(
    record: Record, name: str, rows: int
) -> None:
    first = Bound("assistant", Served(name, "127.0.0.1:4001"), Settings(), frozen=True)
    record_binding(record, first)
    record_binding(record, first)
    record_binding(record, replace(first, endpoint=Served(name, "127.0.0.1:4002")))
    assert len(record.rows(Binding)) == rows
    record_binding(record, replace(first, frozen=False))
    record_binding(record, replace(first, endpoint=Served(f"{name}-2", "127.0.0.1:4002")))
    assert len(record.rows(Binding)) == rows + 2
    record_binding(record, replace(first, alias="second"))
    assert [row.alias for row in record.rows(Binding)][-1] == "second"
