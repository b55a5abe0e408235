"""The confirm stage, live: a rater judges blind items, one after another.

A *RatingQueue* hands out items and keeps ratings, choices and guesses; *Shown* is an item as its
rater sees it; a rater's *seat* says which tasks are theirs.
"""

from toolkit.session.rating.blind_items import UNUSABLE, Shown
from toolkit.session.rating.judgment_rows import Preferred
from toolkit.session.rating.rater_seats import release_seat
from toolkit.session.rating.rating_queue import RatingQueue

__all__ = [
    "Preferred",
    "RatingQueue",
    "Shown",
    "UNUSABLE",
    "release_seat",
]
