"""The explore stage, live: a tester plays a persona and talks to an endpoint.

A *Sitting* is everything one tester does in a study; a *Conversation* is one persona in one
situation, a *Brief* what its tester is told before it.
"""

from toolkit.session.explore.conversation import Conversation
from toolkit.session.explore.role_cards import Brief, instructions, persona_card, scenario_card
from toolkit.session.explore.sitting import Sitting, Stage

__all__ = [
    "Brief",
    "Conversation",
    "Sitting",
    "Stage",
    "instructions",
    "persona_card",
    "scenario_card",
]
