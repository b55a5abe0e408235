"""Cross-checks of contrasts with the personas and scenarios of their workspace."""

from collections.abc import Iterator, Mapping

from toolkit.design.contrasts.contrast import Contrast
from toolkit.design.contrasts.linter import LintContext, lint_reading
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.workspace_files import Reading
from toolkit.errors import Complaint


def contrast_complaints(
    contrasts: Mapping[str, Reading[Contrast]],
    people: Mapping[str, Reading[Persona]],
    situations: Mapping[str, Reading[Scenario]],
) -> Iterator[Complaint]:
    """Lint every valid contrast, and complain about a scenario nobody has written.

    Args:
        contrasts: every contrast there is a file for, by id.
        people: every persona there is a file for, by id. A contrast of a persona whose own file
            is invalid is left for later: that file has its complaints.
        situations: every scenario there is a file for, by id.
    """
    valid = {name: read.value for name, read in people.items() if read.value is not None}
    for read in contrasts.values():
        contrast = read.value
        if contrast is None:
            continue
        if contrast.scenario not in situations:
            yield read.unknown(("scenario",), "scenario", contrast.scenario, situations)
        situation = situations.get(contrast.scenario)
        if not any(name in people and name not in valid for name in contrast.personas):
            scenario = situation.value if situation else None
            yield from lint_reading(read, LintContext(contrast, valid, scenario))
