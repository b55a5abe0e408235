"""Judged cells: who judged which reply on which outcome, and which of them a finding rests on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from toolkit.analysis.findings import Finding
from toolkit.analysis.frames import NULL_ARMS, Frames, signed_choices
from toolkit.analysis.plan.cell_audit import Cell, Judges
from toolkit.analysis.plan.plan_data import PlanData
from toolkit.design import OUTCOMES

GUESS = "guess"
_PAIRED = tuple(one.name for one in OUTCOMES.values() if one.paired)
_COLUMNS = ["outcome", "reply", "who", "judgment", "value", "subject", "scenario", "origin"]


@dataclass(frozen=True, slots=True)
class JudgedCells:
    """Every judgment that is compared, one row each."""

    frame: pd.DataFrame
    """``outcome reply who judgment value subject scenario origin``."""
    judges: Mapping[Cell, Judges]
    values: Mapping[Cell, frozenset[float]]
    """What was said of each cell."""
    people: pd.DataFrame
    """Factors of the personas."""

    def of(self, finding: Finding) -> frozenset[Cell]:
        """Cells of a finding's own subject; empty when no person judged it.

        A persona is compared with replies that it shares with others: those are nobody's own.
        """
        rows = self.frame[self.frame["outcome"].eq(finding.outcome)]
        own = self._members(finding.subject, set(rows["subject"]))
        if own is not None:
            rows = rows[rows["subject"].isin(own)]
            if finding.replies:
                rows = rows[rows["reply"].isin(finding.replies)]
        return frozenset(zip(rows["outcome"], rows["reply"], strict=True))

    def within(self, cells: frozenset[Cell], scenario: str, speaks_of: str) -> frozenset[Cell]:
        """Those of some cells that lie in one situation, planned or from leads."""
        rows = self.frame[self.frame["scenario"].eq(scenario)]
        rows = rows[rows["origin"].eq("planned") == (speaks_of == "in general")]
        return cells & frozenset(zip(rows["outcome"], rows["reply"], strict=True))

    def beside(self, finding: Finding) -> frozenset[Cell]:
        """Cells of everything that a finding compares."""
        return frozenset(
            cell for one in finding.replies if (cell := (finding.outcome, one)) in self.judges
        )

    def may_stand(self, cells: frozenset[Cell], minimum: int) -> bool:
        """Whether enough people judged some cells, and did not all say the same.

        Args:
            cells: what a number is about.
            minimum: fewest people.
        """
        people = {who for cell in cells for who in self.judges.get(cell, ())}
        values = {value for cell in cells for value in self.values.get(cell, ())}
        return len(people) >= minimum and len(values) > 1

    def fewest_guessers(self) -> int:
        """Fewest people who guessed right, wrong, or could not tell, of those kinds that occur."""
        guesses = self.frame[self.frame["outcome"].eq(GUESS)]
        counts = guesses.groupby("value")["who"].nunique()
        return int(counts.min()) if len(counts) else 0

    def _members(self, subject: str, known: set[str]) -> set[str] | None:
        """Personas and arms that a subject is made of; None: everything that was judged."""
        if subject in known or subject in NULL_ARMS or subject in self.people.index:
            return {subject}
        personas = self.people
        for part in subject.split(", "):
            factor, _, level = part.partition(": ")
            if factor not in personas:
                return None
            personas = personas[personas[factor].eq(level)]
        return set(personas.index)


def judged_cells(data: PlanData) -> JudgedCells:
    """List what people judged, of everything that is compared.

    Args:
        data: of one freeze.
    """
    frame = pd.concat([_ratings(data.frames), _choices(data.frames), _guesses(data.frames)])
    judges: dict[Cell, dict[str, str]] = {}
    said: dict[Cell, set[float]] = {}
    columns = (frame[one] for one in ("outcome", "reply", "who", "judgment", "value"))
    for outcome, reply, who, judgment, value in zip(*columns, strict=True):
        judges.setdefault((outcome, reply), {})[who] = judgment
        said.setdefault((outcome, reply), set()).add(value)
    values = {cell: frozenset(some) for cell, some in said.items()}
    return JudgedCells(frame.reset_index(drop=True), judges, values, data.design.people)


def changed_people(
    before: Mapping[Cell, Judges], now: Mapping[Cell, Judges]
) -> Mapping[str, frozenset[str]]:
    """Find who came, left or answered otherwise, by outcome; outcomes without anybody are absent.

    Args:
        before: the judgments of an earlier release.
        now: those of today.
    """
    found: dict[str, set[str]] = {}
    for cell in {*before, *now}:
        old, new = (set(one.get(cell, {}).items()) for one in (before, now))
        if who := {one for one, _ in old ^ new}:
            found.setdefault(cell[0], set()).update(who)
    return {outcome: frozenset(who) for outcome, who in found.items()}


def _ratings(frames: Frames) -> pd.DataFrame:
    rows = frames.item_ratings
    rows = rows[rows["apart"].isna() & rows["value"].notna()]
    return _named(rows, rows["question"], rows["rating_id"])


def _choices(frames: Frames) -> pd.DataFrame:
    rows = signed_choices(frames.choices)
    rows = rows[rows["apart"].isna()]
    rows = rows.assign(value=rows["value"].mask(rows["preferred"].eq("neither"), 0.0))
    return _named(rows, pd.Series(_PAIRED[0], index=rows.index), rows["choice_id"])


def _guesses(frames: Frames) -> pd.DataFrame:
    rows = frames.guesses
    rows = rows[rows["state"].notna()]
    kinds = rows["state"].astype("str").map({"right": 1.0, "wrong": 0.0, "cannot tell": -1.0})
    about = rows.assign(value=kinds, scenario_id="", origin="planned")
    return _named(about, pd.Series(GUESS, index=rows.index), rows["guess_id"])


def _named(
    rows: pd.DataFrame, outcome: "pd.Series[str]", judgment: "pd.Series[str]"
) -> pd.DataFrame:
    arm, persona = (rows[one].astype("object") for one in ("arm", "persona_id"))
    subject = arm.where(arm.ne("swap"), persona)
    made = {
        "outcome": outcome.astype("object"),
        "reply": rows["unit_id"].astype("object"),
        "who": rows["participant_id"].astype("object"),
        "judgment": judgment.astype("object"),
        "value": rows["value"].astype("Float64").to_numpy(dtype="float64"),
        "subject": subject,
        "scenario": rows["scenario_id"].astype("object"),
        "origin": rows["origin"].astype("object"),
    }
    return pd.DataFrame(made, index=rows.index)[_COLUMNS]
