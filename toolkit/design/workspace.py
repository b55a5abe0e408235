"""A workspace: the folder that holds ``personas/`` and ``results/``, and what is in it."""

import os
from pathlib import Path
from typing import NamedTuple

from toolkit.canon import check_id, path_under
from toolkit.design.contrasts import Contrast, contrast_complaints
from toolkit.design.look_alike_complaints import look_alike_complaints
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.studies import Study, cross_complaints
from toolkit.design.workspace_files import (
    ENDING,
    File,
    Reading,
    complaints_of,
    files_of,
    find_root,
    ids,
    read,
    read_valid,
    written_files,
)
from toolkit.errors import Complaint, InvalidFiles

KINDS = (Persona, Scenario, Contrast, Study)


class Checked(NamedTuple):
    """What a check read and found valid."""

    personas: int
    scenarios: int
    contrasts: int
    studies: int
    ignored: tuple[str, ...]
    """Files beside them that were not read, such as notes; paths below the workspace."""


class Workspace(os.PathLike[str]):
    """The folder people work in.

    Args:
        root: the folder; default: ``PARALLAX_WORKSPACE``, else the nearest folder upwards from
            the current one that holds ``personas/studies``.

    Raises:
        DesignError: if there is no workspace to be found.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        self.root = find_root(root)

    def __fspath__(self) -> str:
        return str(self.root)

    def __repr__(self) -> str:
        return f"Workspace({self.root.name!r})"

    def personas(self) -> tuple[str, ...]:
        """Ids of all personas, sorted, whether or not their files are valid."""
        return ids(self.root, Persona)

    def scenarios(self) -> tuple[str, ...]:
        """Ids of all scenarios, sorted, whether or not their files are valid."""
        return ids(self.root, Scenario)

    def contrasts(self) -> tuple[str, ...]:
        """Ids of all contrasts, sorted, whether or not their files are valid."""
        return ids(self.root, Contrast)

    def studies(self) -> tuple[str, ...]:
        """Ids of all studies, sorted, whether or not their files are valid."""
        return ids(self.root, Study)

    def persona(self, name: str) -> Persona:
        """Read one persona.

        Raises:
            UnknownName: if there is none of that name.
            BadIdentifier: if the name is no id.
            InvalidFiles: with every complaint about its file.
        """
        return read_valid(self.root, Persona, name)

    def scenario(self, name: str) -> Scenario:
        """Read one scenario; errors as for ``persona``."""
        return read_valid(self.root, Scenario, name)

    def contrast(self, name: str) -> Contrast:
        """Read one contrast; errors as for ``persona``."""
        return read_valid(self.root, Contrast, name)

    def study(self, name: str) -> Study:
        """Load one study with its personas and scenarios; errors as for ``Study.load``."""
        return Study.load(name, workspace=self.root)

    def results(self, study_id: str) -> Path:
        """Folder of what a study leaves behind; it may not exist yet.

        Raises:
            BadIdentifier: if the name is no id, or the folder is a symbolic link.
        """
        return path_under(self.root, "results", check_id(study_id, what="study"))

    def check(self) -> Checked:
        """Read every file completely, and check what they say about each other.

        Raises:
            InvalidFiles: with every complaint about every file.
        """
        people = _read_all(self.root, Persona)
        situations = _read_all(self.root, Scenario)
        contrasts = _read_all(self.root, Contrast)
        studies = _read_all(self.root, Study)
        complaints = [*complaints_of(people), *complaints_of(situations), *complaints_of(contrasts)]
        complaints += contrast_complaints(contrasts, people, situations)
        complaints += look_alike_complaints(people, Persona.NOUN)
        complaints += look_alike_complaints(situations, Scenario.NOUN)
        complaints += look_alike_complaints(contrasts, Contrast.NOUN)
        complaints += look_alike_complaints(studies, Study.NOUN)
        for reading in studies.values():
            complaints += reading.complaints
            complaints += cross_complaints(reading, people, situations, contrasts, self.root)
        complaints += self._misnamed()
        if complaints:
            raise InvalidFiles(complaints)
        return Checked(len(people), len(situations), len(contrasts), len(studies), self._ignored())

    def _misnamed(self) -> list[Complaint]:
        return [
            Complaint(name, 0, "", "the ending '.yml'", "'.yaml'", "Rename the file.")
            for name in self._ignored()
            if name.endswith(".yml")
        ]

    def _ignored(self) -> tuple[str, ...]:
        paths = (path for kind in KINDS for path in files_of(self.root, kind))
        names = (path.relative_to(self.root).as_posix() for path in paths)
        return tuple(name for name in names if not name.endswith(ENDING))


def _read_all(root: Path, kind: type[File]) -> dict[str, Reading[File]]:
    paths = written_files(root, kind)
    return {path.name.removesuffix(ENDING): read(root, kind, path) for path in paths}
