"""What every kind of row says about itself, and the table of it that people read."""

from pathlib import Path

import pytest

from toolkit.record import ROW_TYPES, Item, Reply, Row, Turn, Withdrawal

README = Path(__file__).resolve().parents[2] / "results" / "README.md"
HEAD = ("kind", "version", "chain", "what it is", "texts that can be sealed")


def line(kind: type[Row]) -> str:
    says = (kind.__doc__ or "").partition("\n")[0]
    chain = f"`{kind.CHAIN}`" if kind.CHAIN else "the study"
    texts = ", ".join(f"`{name}`" for name in sorted(kind.sealable())) or "none"
    return f"| `{kind.KIND}` | {kind.VERSION} | {chain} | {says} | {texts} |"


def table() -> str:
    kinds = sorted(ROW_TYPES, key=lambda kind: kind.KIND)
    head = f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}\n"
    return head + "\n".join(line(kind) for kind in kinds) + "\n"


def test_the_table_of_rows_is_the_one_that_the_rows_declare() -> None:
    """Where it is not: put what ``table`` gives into results/README.md."""
    assert table() in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ROW_TYPES, ids=lambda kind: kind.KIND)
def test_a_kind_names_its_chain_and_its_cells_after_fields_it_has(kind: type[Row]) -> None:
    fields = set(kind.__dataclass_fields__)
    assert not kind.CHAIN or kind.CHAIN in fields
    assert set(kind.cells()) <= fields
    assert {name.partition(".")[0] for name in kind.sealable()} <= fields
    assert kind.VERSION >= 1
    assert Row.BY_KIND[kind.KIND] is kind


def test_texts_within_other_values_can_be_sealed_too() -> None:
    asked = {"exchange.attempts.message", "exchange.error", "exchange.messages"}
    assert Turn.sealable() == Reply.sealable() == {"text", *asked}
    assert Item.sealable() == {"shown.prompt", "shown.replies"}
    assert Withdrawal.sealable() == {"reason"}
