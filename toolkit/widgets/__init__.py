"""Widgets for JupyterLab, which an employee sees: one a file.

A *SessionPanel* is the whole session of one tester: code, consent, who they play, the conversation,
the form, the thanks. A *RatingPanel* is the work of one rater: blind items, one after another.
A *SweepProgressView* is a bar and a line that tell how far a run has come.
A *Controller* carries out what a page says, for one participant at a time; both panels share its
protocol.
"""

from toolkit.widgets.rating_panel import RatingPanel
from toolkit.widgets.session_panel import SessionPanel
from toolkit.widgets.sweep_progress import SweepProgressView

__all__ = ["RatingPanel", "SessionPanel", "SweepProgressView"]
