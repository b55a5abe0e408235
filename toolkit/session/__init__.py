"""The live things of the explore stage.

A *Conversation* is one persona in one situation talking to one endpoint; it leaves a Session
behind in the record. A *Sitting* is everything one participant does in a study: enrolment,
consent, the conversations assigned to their seat, the form after each, withdrawal. *simulate*
plays a sitting without a human.

This floor is the only place where design, endpoints and record meet.
"""

from toolkit.session.binding import Bound, bind, record_binding
from toolkit.session.brief import Brief, instructions, persona_card, scenario_card
from toolkit.session.conversation import COMMENT_LENGTH, Conversation
from toolkit.session.drafting import Draft, draft_contrast
from toolkit.session.drafting_findings import OpenQuestion, Replacement
from toolkit.session.exchanges import Asked
from toolkit.session.items import Shown
from toolkit.session.rating import Preferred, RatingProgress, RatingQueue, RatingStage
from toolkit.session.simulate import SimulatedTester, simulate
from toolkit.session.sitting import Sitting, Stage

__all__ = [
    "Asked",
    "Bound",
    "Brief",
    "COMMENT_LENGTH",
    "Conversation",
    "Draft",
    "OpenQuestion",
    "Preferred",
    "RatingProgress",
    "RatingQueue",
    "RatingStage",
    "Replacement",
    "Shown",
    "SimulatedTester",
    "Sitting",
    "Stage",
    "bind",
    "draft_contrast",
    "instructions",
    "persona_card",
    "record_binding",
    "scenario_card",
    "simulate",
]
