"""Drafts of contrasts from flagged answers: slots proposed, questions left open."""
