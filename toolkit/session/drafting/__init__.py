"""From a flagged answer to the draft of a contrast: slots proposed, questions left open."""
