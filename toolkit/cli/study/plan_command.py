"""``parallax plan``: what a confirm stage will send and ask, before there is any data."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from textwrap import wrap

from toolkit.cli.terminal import OK, add_workspace, make_parser, say, seed_number, whole_number
from toolkit.cli.workspace import find_study
from toolkit.design import Allocation, ConfirmStage, Contrast, Outline, Workspace, allocate, outline
from toolkit.errors import SetupError

_LARGEST = 4
_NULL_ARMS = ("reference", "paraphrase", "resample")


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax plan``."""
    made = make_parser(
        "plan",
        "What a study's confirm stage will send and ask, before there is any data: units, items "
        "and minutes a rater, ratings of each arm and contrast, overlap. A plan that cannot keep "
        "its own rules is refused, with what to change. Nothing is recorded or frozen.",
        examples=(
            ("parallax plan pilot", "the plan as it is written"),
            ("parallax plan pilot --raters 50", "the same with more raters"),
            ("parallax plan power pilot", "how large a difference it could see, by simulation"),
            ("parallax plan power pilot --effect -0.3", "power for a difference of that size"),
        ),
    )
    made.add_argument(
        "words",
        nargs="*",
        metavar="[power] STUDY",
        help="power: simulate what the plan could see, and what more of it would bring; then the "
        "id of the study (default: the only one, else pilot)",
    )
    made.add_argument("--raters", type=whole_number, metavar="N", help="plan for so many instead")
    _add_power(made)
    add_workspace(made)
    return made


def _add_power(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--effect",
        type=_effect,
        metavar="X",
        help="power: a true difference on the outcome's own scale (default: half a point, or 0.2 "
        "of pairs or refusals)",
    )
    made.add_argument(
        "--simulations",
        type=whole_number,
        metavar="N",
        help="power: how many, from 100 (default: 1000)",
    )
    made.add_argument(
        "--seed", type=seed_number, metavar="S", help="power: of the simulations (default: 1)"
    )


def _effect(text: str) -> float:
    try:
        effect = float(text)
    except ValueError:
        effect = 0.0
    if 0 < abs(effect) <= _LARGEST:
        return effect
    raise argparse.ArgumentTypeError(
        f"got {text!a}; wanted a difference other than 0, from -{_LARGEST} to {_LARGEST}"
    )


def run(args: argparse.Namespace) -> int:
    """Write the plan, as far as it goes; or what it could see."""
    words = list(args.words)
    power = words[:1] == ["power"]
    args.study, *rest = [*words[power:], None]
    if rest[:-1]:
        raise SetupError(
            f"plan: got {' '.join(words)!a}; wanted at most `power` and one study. Name one."
        )
    if power:
        # The analysis stack takes long to load, and the plan alone does not need it.
        return int(import_module("toolkit.cli.study.power_plan").run(args))
    return _outline(args)


def _outline(args: argparse.Namespace) -> int:
    stage = ConfirmStage(find_study(args.study, Workspace(args.workspace)))
    say(*_sending(stage))
    allocation = allocate(stage, raters=args.raters)
    say(*_rating(stage, outline(allocation, stage), allocation))
    return OK


def _sending(stage: ConfirmStage) -> list[str]:
    contrasts, plan = stage.contrasts, stage.plan
    leads = sum(one.origin == "lead" for one in contrasts)
    arms = sum(len(one.arms) for one in contrasts)
    scenarios = len({one.scenario for one in contrasts})
    return [
        f"{stage.study.id}: {stage.study.title}",
        f"  {_count(len(contrasts), 'contrast')} over {_count(scenarios, 'scenario')}, "
        f"{leads} lifted from leads, {_count(arms, 'arm')} in all",
        f"  To send: {_count(len(stage.units), 'unit')}, each arm {plan.replicates} × to "
        f"{', '.join(stage.aliases)}",
    ]


def _rating(stage: ConfirmStage, found: Outline, allocation: Allocation) -> list[str]:
    plan = stage.plan.rating
    noun = "pairs of replies" if plan.form == "pair" else "replies"
    main = sum(task.purpose == "rating" for task in allocation.seats[0])
    return [
        f"  To rate: {_count(found.raters, 'rater')} with {_count(found.items, 'item')} each "
        f"({main} {noun}, {plan.repeats} of them twice, "
        f"{_count(len(plan.attention), 'attention item')}): about "
        f"{_count(found.minutes, 'minute')} in {_count(found.sittings, 'sitting')}",
        f"  {found.ratings} ratings of {found.replies} {noun}; {found.doubled} of these "
        f"({found.overlap:.0%}, planned {plan.overlap:.0%}) have two raters",
        "  Raters, contrasts and arms are connected.",
        "",
        *_table(stage.contrasts, found),
        "",
        *_personas(found),
    ]


def _table(contrasts: Sequence[Contrast], found: Outline) -> list[str]:
    """Ratings of each contrast, by kind of arm; swaps as the fewest and the most."""
    kinds = [kind for kind in _NULL_ARMS if kind in found.arms]
    width = max(len("Ratings of each"), *(len(one.id) for one in contrasts))
    heads = (*kinds, "each swap", "all")
    lines = ["  " + "Ratings of each".ljust(width) + "".join(f"{head:>12}" for head in heads)]
    for one in contrasts:
        swaps = [found.cells[one.id, arm.label] for arm in one.arms if arm.kind == "swap"]
        few, many = min(swaps), max(swaps)
        nulls = [found.cells[one.id, kind] for kind in kinds]
        counts = [*nulls, str(few) if few == many else f"{few} to {many}", sum(nulls) + sum(swaps)]
        lines.append(f"  {one.id:<{width}}" + "".join(f"{count or '·':>12}" for count in counts))
    return lines


def _personas(found: Outline) -> list[str]:
    swaps = {arm.removeprefix("swap "): count for arm, count in found.arms.items() if " " in arm}
    if not swaps:
        return []
    fewest = min(swaps, key=lambda name: (swaps[name], name))
    listed = ", ".join(f"{name} {swaps[name]}" for name in sorted(swaps))
    said = (
        f"Ratings of each persona as a swap: {listed}. Fewest: {fewest}, with {swaps[fewest]}; "
        "what is said of a persona rests on these."
    )
    return wrap(said, 100, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
