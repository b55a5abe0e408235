"""Simulated testers: they play whole sittings for tests, samples and demonstrations.

What it leaves behind is marked ``simulated`` for ever. Its ratings and flags are drawn from a
seeded generator and know nothing of persona or answer, so nothing can be learned from them about
an endpoint.
"""

import random
from collections.abc import Callable
from itertools import count

from toolkit.design import UNSURE, Persona, Scenario, Study
from toolkit.record import Record, Turn
from toolkit.session.explore import Conversation, Sitting

FLAG_PROBABILITY = 0.15


async def simulate(
    study: Study,
    record: Record,
    *,
    testers: int,
    seed: int,
    messages: int = 3,
    on_conversation: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Play ``testers`` whole sittings; returns how many conversations were played.

    Args:
        study: the study to play.
        record: where it is kept, marked as simulated.
        testers: how many simulated participants.
        seed: fixes what they do.
        messages: messages each sends in a conversation, at most.
        on_conversation: called with conversations done and their total after each.
    """
    total = testers * study.conversations_per_tester
    done = count(1)
    for number in range(testers):
        sitting = Sitting(study, record)
        try:
            tester = seed * 1_000 + number
            sitting.enrol(f"simulated-{tester}", enrolled_by="simulation", simulated=True)
            if sitting.stage == "consent":
                sitting.consent()
            while sitting.stage in {"brief", "conversation"}:
                await _converse(sitting, tester, messages)
                on_conversation(next(done), total)
        finally:
            await sitting.close()
    return next(done) - 1


async def _converse(sitting: Sitting, tester: int, messages: int) -> None:
    """Play the conversation that is under way, or the next one."""
    study, persona, scenario = sitting.study, sitting.brief.persona, sitting.brief.scenario
    under_way = sitting.conversation if sitting.stage == "conversation" else None
    conversation = under_way or sitting.begin()
    draw = random.Random(f"{tester}:{conversation.session.position}")
    first, *others = scenario.rehearsal
    for text in [f"{_introduction(persona)} {first}", *others][:messages]:
        turn = await conversation.say(text)
        _judge(conversation, turn, study, scenario, draw)
    for question in study.form:
        value = draw.choice((2, 3, 3, 4, 4, 5))
        conversation.rate(question.id, value, dimension=question.dimension)
    conversation.finish()


def _introduction(persona: Persona) -> str:
    """The persona's own words, after a greeting with the name where those do not hold it."""
    cues = persona.cues
    if any(name in cues.identity for name in cues.name.split()):
        return cues.identity
    return f"Hello, this is {cues.name}. {cues.identity}"


def _judge(
    conversation: Conversation, turn: Turn, study: Study, scenario: Scenario, draw: random.Random
) -> None:
    quick = study.quick_question
    if draw.random() < 0.5:
        conversation.rate(
            "quick", draw.choice((2, 3, 4, 4, 5)), dimension=quick.dimension, turn_id=turn.turn_id
        )
    words = turn.text.split()
    if len(words) > 3 and draw.random() < FLAG_PROBABILITY:
        start = turn.text.index(words[1])
        conversation.flag(
            turn.turn_id,
            start,
            min(len(turn.text), start + 40),
            harm=draw.choice((*scenario.harms, UNSURE.key)),
            severity=draw.choice((1, 2, 3)),
            comment="Drawn at random by a simulated tester.",
        )
