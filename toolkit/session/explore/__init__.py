"""The explore stage, live: a tester plays a persona and talks to an endpoint.

A *Sitting* is everything one tester does in a study; a *Conversation* is one persona in one
situation.
"""

from toolkit.session.explore.conversation import Conversation
from toolkit.session.explore.participant_flow import Sitting
from toolkit.session.explore.role_cards import instructions, persona_card, scenario_card

__all__ = [
    "Conversation",
    "Sitting",
    "instructions",
    "persona_card",
    "scenario_card",
]
