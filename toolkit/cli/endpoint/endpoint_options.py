"""Endpoint options: the study's endpoints, or what the command line puts in their place."""

import argparse
import asyncio
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.canon import canonical_json
from toolkit.design import EndpointPlan, Study
from toolkit.endpoints import SMOLLM2, Access, Endpoint, host_of, open_endpoint
from toolkit.errors import BadEndpoint, SetupError, UnknownName
from toolkit.session import BIND_VARIABLE, EVERY_ALIAS

EMBEDDED = "embedded:"
SHIPPED_MODEL = "smollm2"
_TOLD = {"endpoint", "base_url", "proxy", "api_version", "headers"}


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
    _add_access_options(parser.add_argument_group("how its server is reached"))


def _add_access_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--key-for",
        action="append",
        metavar="HOST",
        help="a server that OPENAI_API_KEY may be sent to, such as ai.example.com or "
        "127.0.0.1:8080; without, it goes to OpenAI's own and to no other",
    )
    group.add_argument(
        "--key-command",
        metavar="COMMAND",
        help="a program with its arguments that prints the key for --key-for, run again when it "
        "is stale; no shell takes part",
    )
    group.add_argument(
        "--key-header", metavar="NAME", help="header of the key, such as api-key for Azure's"
    )
    group.add_argument(
        "--ca-file",
        metavar="FILE.pem",
        help="your company's root certificates, trusted beside the system's (SSL_CERT_FILE and "
        "REQUESTS_CA_BUNDLE are read too)",
    )
    group.add_argument("--proxy", metavar="URL", help="a proxy that tunnels to the server")
    group.add_argument("--api-version", metavar="VERSION", help="Azure's, such as 2024-10-21")
    group.add_argument(
        "--header",
        action="append",
        metavar="NAME=VALUE",
        help="sent with every request; no place for keys",
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
    reached, own = _reached(args), _own_access(args)
    bound = {
        alias: one.model_copy(update=reached) if one.base_url else one
        for alias, one in {**planned, **_bound(study, planned, args)}.items()
    }
    if (reached or own) and not any(one.base_url for one in bound.values()):
        option = next(iter({**reached, **own})).replace("_", "-").replace("headers", "header")
        raise BadEndpoint(
            f"--{option}: got it and no endpoint with an address; wanted an openai: endpoint to "
            "use it for. Add --endpoint openai:NAME and --base-url, or leave it out."
        )
    for alias, one in bound.items():
        if one != planned[alias] or own:
            _try(one, own)
    return bound


def tell_kernels(study: Study, bound: Mapping[str, EndpointPlan], args: argparse.Namespace) -> None:
    """Put what differs from the study where ``toolkit.session.bind`` finds it, here and in kernels.

    Args:
        study: as its file says.
        bound: alias to who answers.
        args: with the options of ``add_endpoint_options``.
    """
    changed: dict[str, Any] = {
        alias: one.model_dump(include=_TOLD, exclude_none=True)
        for alias, one in bound.items()
        if one != study.endpoints[alias]
    }
    if own := _own_access(args):
        changed[EVERY_ALIAS] = own
    os.environ[BIND_VARIABLE] = canonical_json(changed) if changed else ""


def _reached(args: argparse.Namespace) -> dict[str, Any]:
    """What a study's endpoint may say too."""
    pairs = [one.partition("=") for one in args.header or ()]
    if wrong := next((name for name, mark, _ in pairs if not mark), ""):
        raise BadEndpoint(f"--header: got {wrong[:40]!a}; wanted NAME=VALUE. Write it so.")
    named = {
        "proxy": args.proxy,
        "api_version": args.api_version,
        "headers": {name.strip(): value.strip() for name, _, value in pairs},
    }
    return {name: value for name, value in named.items() if value}


def _own_access(args: argparse.Namespace) -> dict[str, Any]:
    """What no study may say: certificates, and which keys go where."""
    if args.key_command and not args.key_for:
        raise BadEndpoint(
            "--key-command: got no --key-for; wanted the host its key is meant for. Add --key-for "
            "HOST."
        )
    ca_file = str(Path(args.ca_file).expanduser().resolve()) if args.ca_file else ""
    named = {
        "ca_file": ca_file,
        "key_for": args.key_for,
        "key_command": shlex.split(args.key_command or ""),
        "key_header": args.key_header,
    }
    return {name: value for name, value in named.items() if value}


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


def _try(one: EndpointPlan, own: Mapping[str, Any]) -> None:
    """Open the endpoint once, so that a bad name, address or key file is told before a start."""
    if one.endpoint.startswith(EMBEDDED):
        # Its file is checked when the server starts.
        return
    hosts = (host_of(one.base_url),) if one.base_url else ()
    reached = one.model_dump(include=_TOLD - {"endpoint", "base_url"}, exclude_none=True)
    access = Access(**own, **reached)
    opened: Endpoint = open_endpoint(
        one.endpoint, base_url=one.base_url, allowed_hosts=hosts, access=access
    )
    asyncio.run(opened.close())
