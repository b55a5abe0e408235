"""The list of prices: dated, strict, and silent about what it does not hold."""

from datetime import date
from pathlib import Path

import pytest
from made_answers import answer_of, usage_of

from toolkit.errors import SetupError
from toolkit.probes import Budget, Meter, Prices, read_prices

GOOD = """\
as_of: 2026-01-31
source: the offer of our provider
models:
  our-model: {input: 0.5, output: 1.5}
  team/model-2.1: {input: 0, output: 2}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def known(prices: Prices | None, endpoint: str) -> bool:
    """Whether a limit in money can be kept for an endpoint."""
    try:
        Meter(1, prices=prices, budget=Budget(cost=1)).require_prices([endpoint])
    except SetupError:
        return False
    return True


def test_the_list_that_ships_is_dated_and_has_a_source() -> None:
    prices = read_prices()
    assert date(2026, 1, 1) <= prices.as_of < date(2027, 1, 1)
    assert "openai.com" in prices.source
    assert prices.currency == "USD"
    assert all(0 < one.input < one.output < 100 for one in prices.models.values())


def test_a_list_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    prices = read_prices(written(tmp_path, GOOD))
    assert prices.models["team/model-2.1"].of(1_000_000, 500_000) == 1.0
    assert known(prices, "openai:team/model-2.1")
    assert not known(prices, "openai:gpt-4o-mini")


@pytest.mark.parametrize("endpoint", ["openai:Our-Model", "openai:our", "openai:"])
def test_a_name_that_is_nearly_listed_has_no_price(tmp_path: Path, endpoint: str) -> None:
    assert not known(read_prices(written(tmp_path, GOOD)), endpoint)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("2026-01-31", "soon").replace("0.5", "cheap").replace("0,", "-1,")
    with pytest.raises(SetupError) as refused:
        read_prices(written(tmp_path, text + "extra: 1\n"))
    assert str(refused.value) == (
        "prices: got a list that cannot be read; wanted 'as_of', 'source' and 'models':\n"
        "  mine.yaml:1: as_of: got 'soon'; wanted a date, such as 2026-01-31.\n"
        "  mine.yaml:4: models.our-model.input: got 'cheap'; wanted a number.\n"
        "  mine.yaml:5: models.team/model-2.1.input: got '-1'; wanted a number of at least 0.\n"
        "  mine.yaml:6: extra: got an unknown field; wanted one of as_of, source, currency, "
        "models. Delete it or correct its name.\n"
        "Mend the lines above; toolkit/probes/prices.yaml shows how one looks."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.yaml: got an empty file; wanted the fields of a price list."),
        ("a: &x 1\nb: *x\n", "mine.yaml:1: got the anchor '&x'; wanted the text itself."),
        (
            "- 1\n",
            "mine.yaml: got a list; wanted the fields of a price list, each as 'field: value'.",
        ),
    ],
)
def test_it_is_read_as_strictly_as_every_other_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SetupError) as refused:
        read_prices(written(tmp_path, text))
    assert f"  {said}" in str(refused.value)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refused:
        read_prices(tmp_path / "none.yaml")
    assert "none.yaml: got a file that cannot be read (No such file or directory)" in str(
        refused.value
    )


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    for text in ("nan", "inf", "1e9"):
        with pytest.raises(SetupError):
            read_prices(written(tmp_path, GOOD.replace("0.5", text)))


@pytest.mark.parametrize("endpoint", ["embedded:smollm2", "scripted:courteous"])
def test_what_runs_on_this_machine_is_free_with_or_without_a_list(endpoint: str) -> None:
    for prices in (None, read_prices()):
        meter = Meter(1, prices=prices)
        meter.count(endpoint, answer_of(usage=usage_of(1_000_000, 1_000_000)))
        assert meter.progress(0).cost == 0
        assert known(prices, endpoint)


def test_without_a_list_no_price_is_known() -> None:
    assert not known(None, "openai:gpt-4o-mini")
