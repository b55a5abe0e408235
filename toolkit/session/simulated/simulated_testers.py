"""A participant without a human: plays whole sittings for tests, samples and demonstrations.

What it leaves behind is marked ``simulated`` for ever. Its ratings and flags are drawn from a
seeded generator and know nothing of persona or answer, so nothing can be learned from them about
an endpoint.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from toolkit.design import UNSURE, Persona, Scenario, Study
from toolkit.record import Record, Turn
from toolkit.session.endpoint_alias import Bound, bind
from toolkit.session.explore import Conversation, Sitting

FLAG_PROBABILITY = 0.15
OnConversation = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SimulatedTester:
    """How a simulated participant behaves.

    Args:
        seed: fixes everything it does.
        messages: messages it sends in a conversation, at most.
    """

    seed: int
    messages: int = 3

    async def play(
        self,
        sitting: Sitting,
        *,
        on_conversation: Callable[[], None] = lambda: None,
    ) -> None:
        """Enrol, consent and play every conversation that is due.

        Args:
            sitting: in which nobody is enrolled yet.
            on_conversation: called after each conversation.
        """
        sitting.enrol(f"simulated-{self.seed}", enrolled_by="simulation", simulated=True)
        if sitting.stage == "consent":
            sitting.consent()
        while sitting.stage in {"brief", "conversation"}:
            brief = sitting.brief
            conversation = (
                sitting.conversation
                if sitting.conversation is not None and sitting.stage == "conversation"
                else sitting.begin()
            )
            await self._converse(conversation, brief.persona, brief.scenario, sitting.study)
            on_conversation()

    async def _converse(
        self, conversation: Conversation, persona: Persona, scenario: Scenario, study: Study
    ) -> None:
        draw = random.Random(f"{self.seed}:{conversation.session.position}")
        for text in self._messages(persona, scenario):
            turn = await conversation.say(text)
            _judge(conversation, turn, study, scenario, draw)
        for question in study.form:
            value = draw.choice((2, 3, 3, 4, 4, 5))
            conversation.rate(question.id, value, dimension=question.dimension)
        conversation.finish()

    def _messages(self, persona: Persona, scenario: Scenario) -> list[str]:
        first, *others = scenario.rehearsal
        return [f"{_introduction(persona)} {first}", *others][: self.messages]


async def simulate(
    study: Study,
    record: Record,
    *,
    testers: int,
    seed: int,
    messages: int = 3,
    binder: Callable[[Study, str], Bound] = bind,
    on_conversation: OnConversation = lambda done, total: None,
) -> int:
    """Play ``testers`` whole sittings; returns how many conversations were played.

    Args:
        study: the study to play.
        record: where it is kept, marked as simulated.
        testers: how many simulated participants.
        seed: fixes what they do.
        messages: messages each sends in a conversation, at most.
        binder: opens the endpoint of an alias.
        on_conversation: called with conversations done and their total after each.
    """
    total = testers * study.conversations_per_tester
    done = count(1)
    for number in range(testers):
        sitting = Sitting(study, record, binder=binder)
        try:
            tester = SimulatedTester(seed * 1_000 + number, messages)
            await tester.play(sitting, on_conversation=lambda: on_conversation(next(done), total))
        finally:
            await sitting.close()
    return next(done) - 1


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
