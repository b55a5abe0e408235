"""What an employee sees: widgets for JupyterLab, one a file.

A *SessionPanel* is the whole session of one tester: code, consent, who they play, the conversation,
the form, the thanks. A *RatingPanel* is the work of one rater: blind items, one after another.
A *SweepProgressView* is a bar and a line that tell how far a run has come.
*render* is the single door through which an endpoint's words reach a page.
"""

from toolkit.widgets.rating_panel import RatingPanel
from toolkit.widgets.session_panel import SessionPanel
from toolkit.widgets.sweep_progress import SweepProgressView

__all__ = ["RatingPanel", "SessionPanel", "SweepProgressView"]
