"""The confirm stage of a study: its contrasts, its units and its freeze."""

from typing import Any

from toolkit.design.contrasts import Contrast, Unit, lint, plan_units
from toolkit.design.outcomes import Outcome, outcome_named
from toolkit.design.studies.confirm_plan import ConfirmPlan
from toolkit.design.studies.freeze import Freeze, FreezeFile
from toolkit.design.studies.study import Study
from toolkit.design.studies.study_sections import Question
from toolkit.design.vocabulary import VERSION
from toolkit.errors import DesignError, InvalidFiles


class ConfirmStage:
    """What a study confirms, and the freeze that fixes it.

    Args:
        study: a loaded study with a confirm section.

    Raises:
        DesignError: if it has none.
    """

    def __init__(self, study: Study) -> None:
        if study.confirm is None:
            raise DesignError(
                f"study {study.id}: got no confirm section; wanted one that names contrasts, "
                f"raters and an outcome. Add 'confirm:' to personas/studies/{study.id}.yaml, as "
                "personas/README.md shows."
            )
        self.study = study
        self.plan: ConfirmPlan = study.confirm

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        """Its contrasts, in the order the plan names them."""
        return self.study.contrasts

    @property
    def aliases(self) -> tuple[str, ...]:
        """Endpoint aliases that answer."""
        return self.plan.endpoints or tuple(self.study.endpoints)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What raters are asked of each reply."""
        return self.plan.rating.questions or self.study.form

    @property
    def primary(self) -> Outcome:
        """The one primary outcome."""
        return outcome_named(self.plan.analysis.primary)

    @property
    def content(self) -> dict[str, Any]:
        """Everything the confirm freeze keeps, as JSON values."""
        return {
            "vocabulary": VERSION,
            "study_id": self.study.id,
            "explore": self.study.explore_hash,
            "confirm": self.plan.model_dump(mode="json"),
            "contrasts": {one.id: one.model_dump(mode="json") for one in self.contrasts},
        }

    @property
    def design(self) -> dict[str, Any]:
        """What each run keeps in the record, so that it reads without these files."""
        shown = {name for one in self.contrasts for name in one.personas}
        people = (self.study.persona(name) for name in sorted(shown))
        about = {
            one.id: {"hash": one.hash, "factors": dict(one.factors), "noun": one.cues.noun}
            for one in people
        }
        kept = self.content
        return {
            "confirm": kept["confirm"],
            "contrasts": kept["contrasts"],
            "personas": about,
            "questions": [one.model_dump(mode="json") for one in self.questions],
        }

    @property
    def hash(self) -> str:
        """Hash over the explore hash, the confirm section and its contrasts.

        That of the freeze while it says the same, whichever toolkit wrote it.
        """
        return self._freeze_file.hash_of(self.content)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything that is sent, in the seeded order it is sent in; the same each time."""
        return plan_units(
            self.contrasts,
            aliases=self.aliases,
            replicates=self.plan.replicates,
            seed=self.plan.seed,
            confirm_hash=self.hash,
        )

    def frozen(self) -> Freeze | None:
        """The confirm freeze, or None when there is none yet.

        Raises:
            InvalidFiles: if the freeze is damaged or was edited.
        """
        return self._freeze_file.read()

    def freeze(self, *, again: bool = False) -> Freeze:
        """Lint the contrasts, freeze the explore stage and then this one.

        A second call returns the first freeze. Where anything is refused, nothing is written.

        Args:
            again: keep an earlier, different freeze beside a new one. Units get new ids, so
                replies and ratings of the earlier freeze stay in the record and apart.

        Raises:
            StudyChanged: if it was frozen before, has changed since, and ``again`` is False.
            RecordUnwritable, RecordFull: if the results folder cannot take it.
            InvalidFiles: if a contrast does not lint, or an earlier freeze is damaged or edited.
        """
        self.study.require_unchanged()
        earlier = self._freeze_file.read() if again else self._freeze_file.unchanged(self.content)
        if earlier is not None and earlier.hash == self.hash:
            return earlier
        self._require_linted()
        self.study.freeze()
        if earlier is not None:
            self._freeze_file.set_aside()
        return self._freeze_file.write(self.content)

    def _require_linted(self) -> None:
        """Refuse contrasts whose arms would differ in more than their cues."""
        people = {one.id: one for one in self.study.people}
        complaints = [
            complaint
            for contrast in self.contrasts
            for complaint in lint(contrast, people, scenario=self.study.scenario(contrast.scenario))
        ]
        if complaints:
            raise InvalidFiles(complaints)

    def require_frozen(self) -> str:
        """Return the hash, provided that this is what was frozen.

        Raises:
            DesignError: if it was never frozen.
            StudyChanged: naming every file and field that differs.
            InvalidFiles: if the freeze is damaged or was edited.
        """
        earlier = self._freeze_file.unchanged(self.content)
        if earlier is None:
            raise DesignError(
                f"study {self.study.id}: got a confirm stage that is not frozen; wanted its "
                "contrasts and analysis plan fixed before the first reply. Read it through, then "
                f"run `parallax freeze {self.study.id} --stage confirm`."
            )
        return earlier.hash

    @property
    def _freeze_file(self) -> FreezeFile:
        return self.study.freeze_file("confirm")
