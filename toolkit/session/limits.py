"""How much a participant may write at once, and when a sitting counts as over."""

from datetime import timedelta

MESSAGE_LENGTH = 20_000
"""Characters a tester may send at once."""
COMMENT_LENGTH = 5_000
"""Characters of one comment."""
SITTING_GAP = timedelta(hours=8)
"""What was done before a longer pause belongs to an earlier sitting."""
