"""Progress of a run of units, for a notebook: a bar and one line of text."""

import ipywidgets

from toolkit.probes import SweepProgress


class SweepProgressView:
    """Shows what ``run_sweep`` tells: ``await run_sweep(…, on_progress=view.show)``.

    Display it before the run. The text is plain text, and screen readers are told of it.
    """

    def __init__(self) -> None:
        self.bar = ipywidgets.IntProgress(value=0, min=0, max=1)
        self.text = ipywidgets.Label("Nothing sent yet.")
        self.box = ipywidgets.VBox([self.bar, self.text])

    def show(self, progress: SweepProgress) -> None:
        """Show one reading of the meter."""
        self.bar.max = max(1, progress.planned)
        self.bar.value = progress.done
        self.bar.bar_style = "warning" if progress.failed else ""
        self.text.value = str(progress)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return dict(self.box._repr_mimebundle_())
