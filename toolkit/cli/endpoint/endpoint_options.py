"""Endpoint options: the study's endpoints, or what the command line puts in their place."""

import argparse
import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from toolkit.canon import canonical_json
from toolkit.design import EndpointPlan, Study
from toolkit.endpoints import SMOLLM2, Endpoint, host_of, open_endpoint
from toolkit.errors import BadEndpoint, SetupError, UnknownName
from toolkit.session import BIND_VARIABLE

EMBEDDED = "embedded:"
SHIPPED_MODEL = "smollm2"


def add_endpoint_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that put another endpoint in the place of the study's."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--endpoint",
        action="append",
        metavar="[ALIAS=]SPEC",
        help="who answers: openai:NAME (with --base-url), embedded:smollm2 or scripted:NAME; with "
        "several aliases in the study, say which. The run is marked as unfrozen if this differs "
        "from the study",
    )
    group.add_argument(
        "--scripted",
        nargs="?",
        const="courteous",
        metavar="NAME",
        help="no model at all: ready-made answers (default: courteous)",
    )
    group.add_argument(
        "--model", metavar="FILE.gguf", help="a model file you have, in place of the fetched one"
    )
    parser.add_argument(
        "--base-url", metavar="URL", help="address of the openai: endpoint, such as https://…/v1"
    )


def answering(study: Study, args: argparse.Namespace) -> dict[str, EndpointPlan]:
    """Say who answers under each alias of the study.

    Args:
        study: whose aliases.
        args: with the options of ``add_endpoint_options``.

    Raises:
        BadEndpoint: if an endpoint or an address cannot be used as written.
        UnknownName: if the study has no such alias.
        SetupError: if the model file is not there.
    """
    planned = study.endpoints
    if args.base_url is not None and not args.endpoint:
        raise BadEndpoint(
            f"--base-url: got {args.base_url!r} and no --endpoint; wanted both. "
            "Add --endpoint openai:NAME."
        )
    bound = {**planned, **_bound(study, planned, args)}
    for alias, one in bound.items():
        if one != planned[alias]:
            _try(one)
    return bound


def tell_kernels(study: Study, bound: Mapping[str, EndpointPlan]) -> None:
    """Put what differs from the study where ``toolkit.session.bind`` finds it, here and in kernels.

    Args:
        study: as its file says.
        bound: alias to who answers.
    """
    changed = {
        alias: one.model_dump(include={"endpoint", "base_url"}, exclude_none=True)
        for alias, one in bound.items()
        if one != study.endpoints[alias]
    }
    os.environ[BIND_VARIABLE] = canonical_json(changed) if changed else ""


def _bound(
    study: Study, planned: Mapping[str, EndpointPlan], args: argparse.Namespace
) -> dict[str, EndpointPlan]:
    if args.scripted is not None:
        return {alias: _by(one, f"scripted:{args.scripted}") for alias, one in planned.items()}
    if args.model is not None:
        return _with_model(planned, Path(args.model))
    pairs = (_split(study, text) for text in args.endpoint or ())
    return {alias: _by(planned[alias], spec, _address(spec, args)) for alias, spec in pairs}


def _by(plan: EndpointPlan, endpoint: str, base_url: str | None = None) -> EndpointPlan:
    """Somebody else, asked the same way."""
    return plan.model_copy(update={"endpoint": endpoint, "base_url": base_url})


def _split(study: Study, text: str) -> tuple[str, str]:
    alias, mark, spec = text.partition("=")
    if not mark or ":" in alias:
        alias, spec = "", text
    if not alias and len(study.endpoints) > 1:
        raise UnknownName(
            f"--endpoint: got {text!r} for a study with {len(study.endpoints)} aliases; wanted to "
            f"know which: {', '.join(study.endpoints)}. Write --endpoint ALIAS={spec}."
        )
    alias = alias or next(iter(study.endpoints))
    if alias not in study.endpoints:
        raise UnknownName(
            f"--endpoint: got the alias {alias!r}; wanted one of the study's: "
            f"{', '.join(study.endpoints)}. Name one of those."
        )
    return alias, spec


def _address(spec: str, args: argparse.Namespace) -> str | None:
    # With several endpoints one address can only belong to those that take one.
    several = len(args.endpoint) > 1
    return None if several and not spec.startswith("openai:") else args.base_url


def _with_model(planned: Mapping[str, EndpointPlan], file: Path) -> dict[str, EndpointPlan]:
    aliases = [
        alias for alias, one in planned.items() if one.endpoint.startswith(EMBEDDED)
    ] or list(planned)
    if not file.is_file():
        raise SetupError(
            f"--model: got {file.name!r}, which is not there; wanted a GGUF file. Check the path."
        )
    # A copy of the very file we fetch is the same model, wherever it lies.
    name = SHIPPED_MODEL if SMOLLM2.is_at(file) else file.resolve()
    return {alias: _by(planned[alias], f"{EMBEDDED}{name}") for alias in aliases}


def _try(one: EndpointPlan) -> None:
    """Open the endpoint once, so that a bad name, address or key file is told before a start."""
    if one.endpoint.startswith(EMBEDDED):
        # Its file is checked when the server starts.
        return
    hosts = (host_of(one.base_url),) if one.base_url else ()
    opened: Endpoint = open_endpoint(one.endpoint, base_url=one.base_url, allowed_hosts=hosts)
    asyncio.run(opened.close())
