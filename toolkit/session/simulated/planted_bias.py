"""A planted bias that hits chosen personas, told from the others by their cues alone.

For demonstrations and for tests of the analysis: whoever is hit gets a colder, shorter answer
from the scripted endpoint, everybody else the usual one.
"""

from collections.abc import Callable, Collection, Iterator

from toolkit.design import ConfirmStage, Rendered, Study, render
from toolkit.endpoints import Bias, Message, Scripted
from toolkit.errors import DesignError
from toolkit.session.endpoint_alias import Bound, bind
from toolkit.session.explore import instructions

_NAME = "scripted:planted"
_TELLING = ("name", "identity", "noun", "place", "dialect.", "sample")
"""How the slots begin that can tell one persona from another; pronouns are shared."""


def planted(
    stage: ConfirmStage, personas: Collection[str], *, keep: float = 0.5
) -> Callable[[Study, str], Bound]:
    """Make a binder under which every alias answers with a planted bias.

    A contrast hits a persona if its prompt shows something that only this persona brings: a name,
    an identity sentence, a noun, a place or a dialect. Pronouns are shared, so they hit nobody.

    Args:
        stage: whose contrasts are sent.
        personas: who gets the colder answers.
        keep: share of the answer's sentences that remain, above 0 and at most 1.

    Raises:
        DesignError: if nothing in any prompt tells these personas from the others.
    """
    cues = tuple(sorted(_cues(stage, personas)))
    if not cues:
        raise DesignError(
            f"study {stage.study.id}: got no cue that only {', '.join(sorted(personas))} would "
            "show; wanted at least one to plant a bias on. Choose personas of its contrasts."
        )
    bias = Bias(cues, keep=keep)

    def binder(study: Study, alias: str) -> Bound:
        usual = bind(study, alias, environ={})
        endpoint = Scripted(bias=bias, name=_NAME, settings=usual.settings)
        frozen = study.endpoints[alias].endpoint == _NAME
        return Bound(alias, endpoint, usual.settings, frozen=frozen)

    return binder


def _cues(stage: ConfirmStage, personas: Collection[str]) -> set[str]:
    """What prompts show of these personas, and what is said nowhere else."""
    shown: set[str] = set()
    elsewhere = {instructions(stage.study.scenario(one.scenario)) for one in stage.contrasts}
    for rendered in _rendered(stage):
        if rendered.arm.persona_id in personas:
            shown |= {value for slot, value in rendered.values.items() if slot.startswith(_TELLING)}
        else:
            elsewhere |= {turn.text for turn in rendered.turns}
    said = [Message("user", text) for text in elsewhere]
    return {value for value in shown if not Bias((value,)).applies(said)}


def _rendered(stage: ConfirmStage) -> Iterator[Rendered]:
    for contrast in stage.contrasts:
        for arm in contrast.arms:
            persona = stage.study.persona(arm.persona_id)
            for replicate in range(stage.plan.replicates if contrast.names else 1):
                yield render(contrast, arm, persona, replicate=replicate)
