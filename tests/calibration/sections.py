"""All sections, and how one is run."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from calibration import (
    alternatives,
    discoveries,
    engine,
    families,
    few_clusters,
    margins,
    names,
    peeking,
    persona_variation,
    planted,
    primary,
)
from calibration.bands import Section

SEED = 20264
Mapped = Callable[[Callable[[Any], Any], list[Any]], Iterable[Any]]


class Part(NamedTuple):
    """A module with ``tasks``, ``run`` (of one) and ``sections``."""

    module: ModuleType
    simulations: int
    """Of each case."""
    few: int = 40
    """Simulations of each case whose outcome the report keeps, so that a change shows at once."""


SECTIONS = {
    "primary": Part(primary, 10_000),
    "few": Part(few_clusters, 10_000),
    "engine": Part(engine, 2_000, few=4),
    "peeking": Part(peeking, 10_000),
    "families": Part(families, 10_000),
    "margins": Part(margins, 10_000),
    "personas": Part(persona_variation, 2_000),
    "alternatives": Part(alternatives, 10_000),
    "cells": Part(discoveries, 5_000),
    "names": Part(names, 10_000),
    "planted": Part(planted, 1_000),
}


def found_by(
    name: str, simulations: int, seed: int, *, run: Mapped = map
) -> tuple[list[Section], float]:
    """Run one section; its parts of the report, and the seconds of work that it took."""
    module = SECTIONS[name].module
    tasks: list[Any] = module.tasks(simulations, seed)
    timed = list(run(partial(_timed, name), tasks))
    done = [(task, result) for task, (result, _) in zip(tasks, timed, strict=True)]
    return module.sections(done), sum(seconds for _, seconds in timed)


def fingerprint(name: str, seed: int) -> str:
    """What a few simulations of each case come to: the same as long as nothing has changed."""
    part, found = SECTIONS[name], sha256()
    for task in part.module.tasks(part.few, seed):
        for hits in part.module.run(task):
            found.update(np.packbits(hits).tobytes())
    return found.hexdigest()[:12]


def _timed(name: str, task: Any) -> tuple[Any, float]:
    began = time.process_time()
    return SECTIONS[name].module.run(task), time.process_time() - began
