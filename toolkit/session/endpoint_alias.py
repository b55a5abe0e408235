"""Endpoint alias: who answers, by the study's plan or what the launcher put in its place.

The launcher speaks to the kernel through one environment variable, ``PARALLAX_BIND``: canonical
JSON from alias to ``{"endpoint": …, "base_url": …}``, and under ``*`` what whoever launched it says
about certificates and keys, which no study file may say. A binding that differs from the freeze is
allowed, is recorded as a row, and marks every session it serves as *unfrozen*.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from toolkit.design import EndpointPlan, Study
from toolkit.endpoints import Access, Endpoint, Settings, host_of, open_endpoint
from toolkit.errors import BadEndpoint, UnknownName
from toolkit.record import Binding, Record

BIND_VARIABLE = "PARALLAX_BIND"
EVERY_ALIAS = "*"
_SERVER = {"endpoint", "base_url"}
_REACHED = {"proxy", "api_version", "headers"}


@dataclass(frozen=True, slots=True)
class Bound:
    """An alias with the endpoint that answers under it."""

    alias: str
    endpoint: Endpoint
    settings: Settings
    frozen: bool
    """False when the launcher put another endpoint in the place of the study's."""
    plan: EndpointPlan | None = None
    """What it was opened from; None when it was made by hand."""
    access: Access = Access()
    """How its server is reached."""


def bind(
    study: Study, alias: str, *, bulk: bool = False, environ: Mapping[str, str] = os.environ
) -> Bound:
    """Open whoever answers under ``alias`` in this run.

    Args:
        study: names the aliases.
        alias: whom to open.
        bulk: for many calls at once instead of one conversation; see ``open_endpoint``.
        environ: where the launcher's word is found.

    Raises:
        UnknownName: if the study has no such alias.
        BadEndpoint: if the endpoint's name or address cannot be used.
    """
    if alias not in study.endpoints:
        raise UnknownName(
            f"study {study.study_id}: got endpoint alias {alias!r}; wanted one of "
            f"{', '.join(study.endpoints)}. Name one of those."
        )
    planned = study.endpoints[alias]
    launched, own = _launched(environ)
    plan = launched.get(alias, planned)
    # How it is asked stays as planned, whoever answers.
    settings = Settings(**planned.model_dump(exclude=_SERVER | _REACHED))
    access = replace(own, **plan.model_dump(include=_REACHED, exclude_none=True))
    endpoint = open_endpoint(
        plan.endpoint,
        base_url=plan.base_url,
        settings=settings,
        allowed_hosts=(host_of(plan.base_url),) if plan.base_url else (),
        bulk=bulk,
        access=access,
    )
    frozen = plan.model_dump(include=_SERVER) == planned.model_dump(include=_SERVER)
    return Bound(alias, endpoint, settings, frozen=frozen, plan=plan, access=access)


def record_binding(record: Record, bound: Bound) -> None:
    """Keep who answers under the alias, unless the last such row says the same.

    Args:
        record: where it is kept.
        bound: the alias with its endpoint.
    """
    row = Binding(
        alias=bound.alias,
        endpoint=bound.endpoint.name,
        host=bound.endpoint.host,
        frozen=bound.frozen,
    )
    earlier = [kept for kept in record.rows(Binding) if kept.alias == bound.alias]
    if not earlier or not _same_binding(earlier[-1], row):
        record.append(row)


def _same_binding(kept: Binding, row: Binding) -> bool:
    """Whether nothing changed; the embedded server's port is new at every start and no change."""
    if row.endpoint.startswith("embedded:"):
        return (kept.endpoint, kept.frozen) == (row.endpoint, row.frozen)
    return kept == row


def _launched(environ: Mapping[str, str]) -> tuple[dict[str, EndpointPlan], Access]:
    text = environ.get(BIND_VARIABLE, "")
    if not text:
        return {}, Access()
    try:
        named = json.loads(text)
        access = Access(**named.pop(EVERY_ALIAS, {}))
        return {alias: EndpointPlan(**fields) for alias, fields in named.items()}, access
    except (ValueError, TypeError, AttributeError) as problem:
        raise BadEndpoint(
            f"{BIND_VARIABLE}: got {text[:80]!r}; wanted JSON from alias to endpoint and base_url. "
            "Start with `parallax lab --endpoint …`, which writes it."
        ) from problem
