"""Units: everything a confirm stage sends, fixed before the first call."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from toolkit.canon import content_hash
from toolkit.design.contrasts.contrast import Arm, Contrast

_ID_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Unit:
    """One contrast in one arm, sent once to one endpoint."""

    unit_id: str
    """``u-`` and 24 hex digits; the same for the same freeze on every machine."""
    contrast_id: str
    arm: Arm
    alias: str
    replicate: int
    """From 0."""


def plan_units(
    contrasts: Sequence[Contrast],
    *,
    aliases: Sequence[str],
    replicates: int,
    seed: int,
    confirm_hash: str,
) -> tuple[Unit, ...]:
    """List every unit in a seeded order in which all arms of all contrasts are interleaved.

    Each block of the order holds every contrast x arm x endpoint once, shuffled anew, so that
    slow drift of an endpoint meets every arm alike.

    Args:
        contrasts: in the plan's order.
        aliases: endpoint aliases.
        replicates: how often each arm is sent to each endpoint; also the number of blocks.
        seed: what the order starts from.
        confirm_hash: the freeze the units belong to.
    """
    cells = [(one.id, arm) for one in contrasts for arm in one.arms]
    units: list[Unit] = []
    for replicate in range(replicates):
        block = [
            Unit(_unit_id(confirm_hash, name, arm, alias, replicate), name, arm, alias, replicate)
            for (name, arm), alias in product(cells, aliases)
        ]
        # Sorting by hash, because no library promises the same shuffle in its next version.
        units += sorted(block, key=lambda unit: content_hash([seed, unit.unit_id]))
    return tuple(units)


def _unit_id(confirm_hash: str, contrast_id: str, arm: Arm, alias: str, replicate: int) -> str:
    digest = content_hash([confirm_hash, contrast_id, arm.kind, arm.persona_id, alias, replicate])
    return f"u-{digest.rpartition(':')[2][:_ID_DIGITS]}"
