"""A study: which personas meet which scenarios and endpoints, and what testers are asked."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator

from toolkit.canon import path_under
from toolkit.design.contrasts import Contrast
from toolkit.design.field_types import Count, Identifier, Line, Paragraph, Seed
from toolkit.design.file_schema import Filed
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.studies.confirm_plan import ConfirmPlan
from toolkit.design.studies.freeze import Freeze, FreezeFile, StageName
from toolkit.design.studies.study_check import cross_complaints
from toolkit.design.studies.study_sections import (
    Care,
    ConsentForm,
    DataUse,
    EndpointPlan,
    Question,
    each_question_once,
)
from toolkit.design.validation_errors import each_once, refusal
from toolkit.design.vocabulary import FACTORS, VERSION, Attribute
from toolkit.design.workspace_files import (
    File,
    Reading,
    complaints_of,
    find_root,
    ids,
    read_named,
    unknown,
)
from toolkit.errors import DesignError, InvalidFiles

ENVIRONMENT = "PARALLAX_STUDY"
DEFAULT = "pilot"
_SQLITE = "sqlite:///"
SCHEMES = (_SQLITE, "postgresql://", "postgresql+psycopg://")


def _check_closed(attribute: str) -> str:
    closed = [key for key, factor in FACTORS.items() if factor.values]
    if attribute in closed:
        return attribute
    wanted = f"a factor with a closed list of values: {', '.join(closed)}"
    raise refusal(wanted, "Free text is described, not analyzed.")


def _check_record(place: str) -> str:
    # Before anything else is said of it, as that would show it.
    scheme, _, rest = place.partition("://")
    secret = ":" in rest.rpartition("@")[0] or "password=" in rest.casefold()
    if secret and scheme != "sqlite":
        hint = "Keep the password in PGPASSWORD or ~/.pgpass: this file is shared and frozen."
        raise refusal("an address without a password", hint, got="an address with a password")
    known = next((start for start in SCHEMES if place.startswith(start)), "")
    if place != "default" and (not known or place == known):
        raise refusal(f"'default' or an address that begins with {' or '.join(SCHEMES)}")
    return place


class Study(Filed):
    """One study as written, together with its personas and scenarios once loaded.

    ``Study.load`` is the way to get one. It is a value: what it holds does not change when files
    do, and its ``explore_hash`` says which study it is.
    """

    FOLDER: ClassVar[str] = "studies"
    NOUN: ClassVar[str] = "study"

    title: Line
    """One line that names the study."""
    purpose: Paragraph
    """What the study is to find out, and why."""
    personas: Annotated[tuple[Identifier, ...], Field(min_length=1), AfterValidator(each_once)]
    """Ids of the personas that take part."""
    scenarios: Annotated[tuple[Identifier, ...], Field(min_length=1), AfterValidator(each_once)]
    """Ids of the scenarios that take part."""
    endpoints: Annotated[dict[Identifier, EndpointPlan], Field(min_length=1)]
    """Alias to who answers."""
    analysis_factors: Annotated[
        tuple[Annotated[Attribute, AfterValidator(_check_closed)], ...], AfterValidator(each_once)
    ] = ()
    """Attributes we analyze by; the others are described only."""
    conversations_per_tester: Count
    """Conversations each tester is asked for; never more than there are personas or scenarios."""
    minutes: Count
    """Minutes the whole sitting should take."""
    quick_question: Question
    """Asked, optionally, after each answer."""
    form: Annotated[
        tuple[Question, ...], Field(min_length=1, max_length=7), AfterValidator(each_question_once)
    ]
    """Asked after each conversation."""
    consent: ConsentForm
    """What a participant agrees to."""
    care: Care
    """Limits and support."""
    data: DataUse
    """Who sees what, and for how long."""
    what_happens_next: Paragraph
    """Shown with the thanks at the end."""
    seed: Seed
    """What the assignment starts from."""
    enrollment: Literal["open"] | None = None
    """``open``: any code is taken; absent: once `parallax invite` made a list, only its codes."""
    record: Annotated[Line, AfterValidator(_check_record)] = "default"
    """Where the record lives: ``default`` is ``results/<id>/record.db``; or a database URL."""
    confirm: ConfirmPlan | None = None
    """The confirm stage, frozen by itself; testers' conversations do not depend on it."""

    _root: Path | None = PrivateAttr(default=None)
    _people: tuple[Persona, ...] = PrivateAttr(default=())
    _situations: tuple[Scenario, ...] = PrivateAttr(default=())
    _contrasts: tuple[Contrast, ...] = PrivateAttr(default=())

    @field_validator("conversations_per_tester")
    @classmethod
    def _check_enough(cls, count: int, info: ValidationInfo) -> int:
        # A list that is itself invalid is missing here and has its own complaint.
        for noun in ("personas", "scenarios"):
            names = info.data.get(noun)
            if names is not None and count > len(names):
                wanted = f"at most {len(names)}, the number of {noun}"
                hint = "A tester meets each of them at most once; name more, or ask for less."
                raise refusal(wanted, hint)
        return count

    @classmethod
    def load(
        cls, name: str | None = None, *, workspace: str | os.PathLike[str] | None = None
    ) -> "Study":
        """Read a study with everything it names.

        Args:
            name: the study's id; default: ``PARALLAX_STUDY``, else ``pilot``.
            workspace: a Workspace or its folder; default: found as ``Workspace()`` finds it.

        Raises:
            UnknownName: if there is no such study.
            BadIdentifier: if ``name`` is no id.
            InvalidFiles: with every complaint about the study, its personas and its scenarios.
            DesignError: if no workspace is found.
        """
        root = find_root(workspace)
        if name is None:
            name = os.environ.get(ENVIRONMENT) or DEFAULT
        reading = read_named(root, Study, name)
        if reading.value is None:
            raise InvalidFiles(reading.complaints)
        people = _read_known(root, Persona, reading.value.personas)
        situations = _read_known(root, Scenario, reading.value.scenarios)
        named = reading.value.confirm.contrasts if reading.value.confirm else ()
        contrasts = _read_known(root, Contrast, named)
        complaints = [
            *cross_complaints(reading, people, situations, contrasts, root),
            *complaints_of(people),
            *complaints_of(situations),
            *complaints_of(contrasts),
        ]
        if complaints:
            raise InvalidFiles(complaints)
        study = reading.value
        study._root = root
        study._people = tuple(read.value for read in people.values() if read.value)
        study._situations = tuple(read.value for read in situations.values() if read.value)
        study._contrasts = tuple(read.value for read in contrasts.values() if read.value)
        return study

    @property
    def study_id(self) -> str:
        """The study's id."""
        return self.id

    @property
    def workspace(self) -> Path:
        """The workspace's folder; ``Workspace(study.workspace)`` opens it."""
        if self._root is None:
            raise DesignError(
                f"study {self.id}: got a study without its files; wanted one that was loaded. "
                f"Get it with Study.load({self.id!r})."
            )
        return self._root

    @property
    def results(self) -> Path:
        """Folder of everything the study leaves behind; it may not exist yet."""
        return path_under(self.workspace, "results", self.id)

    @property
    def url(self) -> str:
        """Database URL of the record; SQLite paths are made absolute from the workspace."""
        if self.record == "default":
            return f"{_SQLITE}{self.results / 'record.db'}"
        if self.record.startswith(_SQLITE):
            return f"{_SQLITE}{self.workspace / self.record.removeprefix(_SQLITE)}"
        return self.record

    @property
    def people(self) -> tuple[Persona, ...]:
        """The study's personas, in the order it names them."""
        return self._people if self.workspace else ()

    @property
    def situations(self) -> tuple[Scenario, ...]:
        """The study's scenarios, in the order it names them."""
        return self._situations if self.workspace else ()

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        """The contrasts of its confirm section, in the order it names them."""
        return self._contrasts if self.workspace else ()

    def persona(self, name: str) -> Persona:
        """The persona of that id; UnknownName unless it is part of the study."""
        return _pick("persona", name, self.people)

    def scenario(self, name: str) -> Scenario:
        """The scenario of that id; UnknownName unless it is part of the study."""
        return _pick("scenario", name, self.situations)

    def contrast(self, name: str) -> Contrast:
        """The contrast of that id; UnknownName unless its confirm section names it."""
        return _pick("contrast", name, self.contrasts)

    @property
    def content(self) -> dict[str, Any]:
        """Everything that makes it this study, as JSON values: what a freeze keeps."""
        return {
            "vocabulary": VERSION,
            # Without the confirm section: it has a freeze of its own.
            "study": self.model_dump(mode="json", exclude={"confirm"}),
            "personas": {one.id: one.model_dump(mode="json") for one in self.people},
            "scenarios": {one.id: one.model_dump(mode="json") for one in self.situations},
        }

    @property
    def explore_hash(self) -> str:
        """Hash over the study, its personas, its scenarios and the vocabulary's version.

        That of the freeze while it says the same, whichever toolkit wrote it.
        """
        return self.freeze_file("explore").hash_of(self.content)

    def frozen(self) -> Freeze | None:
        """The explore freeze, or None when there is none yet.

        Raises:
            InvalidFiles: if the freeze is damaged or was edited.
        """
        return self.freeze_file("explore").read()

    def freeze(self) -> Freeze:
        """Freeze the study for its explore stage, once; a second call returns the first freeze.

        Raises:
            StudyChanged: if it was frozen before and has changed since.
            RecordUnwritable, RecordFull: if the results folder cannot take it.
            InvalidFiles: if an earlier freeze is damaged or was edited.
        """
        file = self.freeze_file("explore")
        return file.unchanged(self.content) or file.write(self.content)

    def require_unchanged(self) -> str:
        """Return the hash, provided that the study is what was frozen, or never was frozen.

        Raises:
            StudyChanged: naming every file and field that differs.
            InvalidFiles: if the freeze is damaged or was edited.
        """
        self.freeze_file("explore").unchanged(self.content)
        return self.explore_hash

    def freeze_file(self, stage: StageName) -> FreezeFile:
        """Where the freeze of a stage is kept."""
        shown = self.results.relative_to(self.workspace).as_posix()
        return FreezeFile(self.results, shown, self.id, stage)


def _read_known(root: Path, kind: type[File], names: Iterable[str]) -> dict[str, Reading[File]]:
    there = set(ids(root, kind))
    return {name: read_named(root, kind, name) for name in names if name in there}


def _pick(noun: str, name: str, among: tuple[File, ...]) -> File:
    by_id = {one.id: one for one in among}
    if name in by_id:
        return by_id[name]
    raise unknown(noun, name, by_id)
