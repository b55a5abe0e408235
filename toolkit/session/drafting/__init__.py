"""From a flagged answer to the draft of a contrast: slots proposed, questions left open."""

from toolkit.session.drafting.contrast_draft import Draft, draft_contrast
from toolkit.session.drafting.draft_findings import Finding

__all__ = ["Draft", "Finding", "draft_contrast"]
