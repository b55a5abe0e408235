"""What the record keeps of who answers under an alias."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from small_world import make_workspace

from toolkit.design import Study
from toolkit.endpoints import Answer, Settings
from toolkit.errors import InvalidFiles
from toolkit.record import Binding, Record
from toolkit.session import Bound, bind, record_binding


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


def bound_by(tmp_path: Path, **named: object) -> Bound:
    study = Study.load("small", workspace=make_workspace(tmp_path))
    plan = {"endpoint": "openai:m", "base_url": "https://ai.example.com/v1", "proxy": "http://p:1"}
    environ = {"PARALLAX_BIND": json.dumps({"assistant": plan, "*": named})}
    return bind(study, "assistant", environ=environ)


def test_who_launches_says_how_a_server_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    bound = bound_by(tmp_path, key_for=["ai.example.com"], key_header="api-key")
    assert bound.access.proxy == "http://p:1"
    assert (bound.access.key_for, bound.access.key_header) == (["ai.example.com"], "api-key")
    assert "sk-mine" not in f"{bound}"


@pytest.mark.parametrize("field", ["key_for", "key_command", "key_header", "ca_file"])
def test_no_study_file_says_where_a_key_goes(field: str, tmp_path: Path) -> None:
    root = make_workspace(tmp_path)
    path = root / "personas" / "studies" / "small.yaml"
    text = path.read_text(encoding="utf-8")
    asked = f"endpoint: scripted:courteous\n    {field}: x.example.com"
    path.write_text(text.replace("endpoint: scripted:courteous", asked), encoding="utf-8")
    with pytest.raises(InvalidFiles, match=field):
        Study.load("small", workspace=root)
