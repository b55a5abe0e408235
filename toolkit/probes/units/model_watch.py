"""Watch over who answers: a model or region that changes mid-run makes two studies of one."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from toolkit.endpoints import Answer
from toolkit.probes.engine import Ended
from toolkit.record import Reply

_LOOKED_AT = 500
"""Replies of earlier runs that are read."""


class ModelWatch:
    """Compares what each endpoint reports with what it reported first.

    Args:
        frozen: names of endpoints whose run stops at a change.
        first: endpoint name to the model and the region it reported first.
    """

    def __init__(self, frozen: Collection[str], first: Mapping[str, tuple[str, str]]) -> None:
        self._frozen = frozenset(frozen)
        self._first = dict(first)

    def __call__(self, endpoint: str, ended: Ended) -> str:
        """Say why the run has to stop; empty while it may go on.

        Args:
            endpoint: its name.
            ended: how a job ended there.
        """
        if not isinstance(ended, Answer) or endpoint not in self._frozen:
            return ""
        first = self._first.get(endpoint, ("", ""))
        now = (ended.model_reported, ended.region)
        self._first[endpoint] = (first[0] or now[0], first[1] or now[1])
        changed = [
            f"the {what} {new[:80]!a} after {old[:80]!a}"
            for what, old, new in zip(("model", "region"), first, now, strict=True)
            if old and new and new != old
        ]
        if not changed:
            return ""
        return (
            f"{endpoint}: reported {' and '.join(changed)}; wanted one throughout a frozen "
            "run. Ask whoever runs the server; --allow-model-change goes on with both."
        )


def first_reported(replies: Iterable[Reply]) -> dict[str, tuple[str, str]]:
    """Find what each endpoint reported first, in the replies that were kept first.

    Args:
        replies: in their order; read only as far as it takes.
    """
    found: dict[str, tuple[str, str]] = {}
    for row in islice(replies, _LOOKED_AT):
        asked = row.exchange
        model, region = found.get(asked.endpoint, ("", ""))
        found[asked.endpoint] = (model or asked.model_reported, region or asked.region)
    return found
