"""Sessions: the live things of both stages.

A *Conversation* is one persona in one situation talking to one endpoint; it leaves a Session
behind in the record. A *Sitting* is everything one participant does in a study: enrolment,
consent, the conversations assigned to their seat, the form after each, withdrawal. *simulate*
plays a sitting without a human.

A *RatingQueue* hands out blind *Items* to one rater and leaves Ratings, Choices and Guesses; a
*Mask* hides in them who a reply was written for. *draft_contrast* lifts a flagged answer into the
draft of a contrast. *simulate_raters* rates without a human, by a model whose true effects are
known.

A *SeatedParticipant* is whoever is at work in a sitting or a queue: both enrol them, holds their
lease, keeps consent and withdrawal, and refuses every write once they are no longer the one.

This floor is the only place where design, endpoints and record meet.
"""

from toolkit.session.contrast_mask import Mask
from toolkit.session.drafting.contrast_draft import Draft, draft_contrast
from toolkit.session.drafting.draft_findings import DraftFinding
from toolkit.session.endpoint_alias import BIND_VARIABLE, EVERY_ALIAS, Bound, bind, record_binding
from toolkit.session.exchanges import SentRequest, outcome_of
from toolkit.session.explore import (
    Conversation,
    Sitting,
    instructions,
    persona_card,
    scenario_card,
)
from toolkit.session.rating import (
    Preferred,
    RatingQueue,
    Shown,
    release_seat,
)
from toolkit.session.session_rules import COMMENT_LENGTH, SITTING_GAP
from toolkit.session.simulated import planted, simulate, simulate_raters

__all__ = [
    "BIND_VARIABLE",
    "Bound",
    "COMMENT_LENGTH",
    "Conversation",
    "Draft",
    "DraftFinding",
    "EVERY_ALIAS",
    "Mask",
    "Preferred",
    "RatingQueue",
    "SITTING_GAP",
    "SentRequest",
    "Shown",
    "Sitting",
    "bind",
    "draft_contrast",
    "instructions",
    "outcome_of",
    "persona_card",
    "planted",
    "record_binding",
    "release_seat",
    "scenario_card",
    "simulate",
    "simulate_raters",
]
