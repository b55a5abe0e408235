"""Price list: what a million tokens cost, dated, and no price that is not on it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from toolkit.design import Written, read_written
from toolkit.errors import InvalidFiles, SetupError

SHIPPED = Path(__file__).with_name("prices.yaml")
_HERE = ("embedded:", "scripted:")
"""Endpoints that run on this machine and send no bill."""

Amount = Annotated[float, Field(ge=0, le=100_000)]


class Price(Written):
    """What one endpoint charges per million tokens."""

    input: Amount
    """For a million tokens of what is sent."""
    output: Amount
    """For a million tokens of what is answered."""

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Cost of one call's tokens.

        Args:
            prompt_tokens: tokens of what was sent.
            completion_tokens: tokens of what was answered.

        Returns:
            An amount in the list's currency.
        """
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


_FREE = Price(input=0, output=0)


class Prices(Written):
    """A list of prices as somebody wrote it down on one day."""

    as_of: date
    """The day the prices were read, such as 2026-01-31."""
    source: Annotated[str, Field(min_length=1, max_length=1000)]
    """Where they were read."""
    currency: Literal["USD"] = "USD"
    """What the numbers are in."""
    models: dict[Annotated[str, Field(min_length=1, max_length=200)], Price]
    """Model, named as after ``openai:``, to its price."""


def price_of(prices: Prices | None, endpoint: str) -> Price | None:
    """Look up what an endpoint charges; None where no price is listed.

    An endpoint on this machine costs nothing.

    Args:
        prices: the list; None when there is none.
        endpoint: who answers, such as ``openai:gpt-4o-mini``.
    """
    if endpoint.startswith(_HERE):
        return _FREE
    return prices.models.get(endpoint.partition(":")[2]) if prices else None


def read_prices(path: Path | None = None) -> Prices:
    """Read a list of prices: the one given, else the one that ships.

    Raises:
        SetupError: with everything that is wrong with the file.
    """
    path = path or SHIPPED
    try:
        return read_written(path, Prices, noun="price list")
    except InvalidFiles as problem:
        lines = "\n".join(f"  {complaint}" for complaint in problem.complaints)
        raise SetupError(
            f"prices: got a list that cannot be read; wanted 'as_of', 'source' and 'models':\n"
            f"{lines}\nMend the lines above; toolkit/probes/prices.yaml shows how one looks."
        ) from problem
