"""Source of a notebook's record: the study's own, or the committed sample while there is none."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.design import Study, Workspace
from toolkit.errors import AnalysisError
from toolkit.record import (
    RaterSeat,
    Record,
    Reply,
    Session,
    open_record,
    sessions,
)
from toolkit.rendering import Readable

_CONTROL = "planted.jsonl.gz"
VARIABLE = "PARALLAX_RECORD"
"""Environment variable: ``sample``, a path, or a database URL to read instead."""
SAMPLE = "sample"
_SAMPLES = {
    "explore": ("record.jsonl", "Play a conversation with `parallax lab`", "parallax sample"),
    "confirm": (
        "confirm.jsonl.gz",
        "Send the contrasts with `parallax run`",
        "parallax sample --stage confirm",
    ),
}
"""Stage to its sample's file, how to have a record of one's own, and how to make the sample."""


@dataclass(frozen=True, slots=True)
class Source(Readable):
    """A record opened for reading, and what it is."""

    record: Record
    study: Study | None
    """The study whose own record it is; None for any other."""
    says: str
    """One line that tells the reader what is being read."""

    def in_words(self) -> str:
        """Say what is being read."""
        return self.says


def open_to_read(
    study: Study | None = None,
    *,
    stage: Literal["explore", "confirm"] = "explore",
    environ: Mapping[str, str] = os.environ,
) -> Source:
    """Open the record a notebook is to read; nothing is ever written to it.

    ``PARALLAX_RECORD`` decides when it is set: ``sample``, the path of a ``.db``, ``.jsonl`` or
    ``.jsonl.gz`` file, or a database URL. Otherwise it is the study's own record if that holds
    anything of the stage, a conversation or a reply, and else the sample of that stage.

    Args:
        study: default: the one ``Study.load`` finds.
        stage: what the notebook is about.
        environ: the environment.

    Raises:
        AnalysisError: if there is neither a conversation nor a sample.
        RecordError: if the record named cannot be read.
        DesignError: if there is no such study or workspace.
    """
    _require_known(study, stage)
    named = environ.get(VARIABLE, "")
    if named == SAMPLE:
        root = study.workspace if study else Workspace().root
        return _sample(root, stage, "The sample was asked for")
    if named:
        return _named(named)
    study = study or Study.load()
    noun = "conversation" if stage == "explore" else "reply"
    own = _own(study, stage)
    return own or _sample(study.workspace, stage, f"Study {study.id!r} has no {noun} yet")


def _require_known(study: object, stage: str) -> None:
    if study is not None and not isinstance(study, Study):
        raise AnalysisError(
            f"notebook: got the study {study!r}; wanted a Study, or none for the one that is found "
            f"from here. Write open_to_read(Study.load({study!r}))."
        )
    if stage not in _SAMPLES:
        raise AnalysisError(
            f"notebook: got the stage {stage!r}; wanted 'explore' or 'confirm'. Choose one."
        )


def open_control(study: Study | None = None) -> Source:
    """Open the control record that ships; nothing is ever written to it.

    In it a scripted endpoint treats two personas worse on purpose and simulated raters judge, so
    its true effects are known: an analysis can be held against them.

    Args:
        study: whose workspace holds the samples; default: the workspace that is found from here.

    Raises:
        AnalysisError: if the control record is not there.
    """
    root = study.workspace if study else Workspace().root
    path = root / "results" / SAMPLE / _CONTROL
    if not path.is_file():
        raise AnalysisError(
            f"notebook: got a workspace without results/{SAMPLE}/{_CONTROL}; wanted the control "
            "record, whose truth is known. Make it with `parallax sample --planted --seed 1`."
        )
    record = open_record(path, read_only=True)
    says = f"The control record that ships, its effects planted on purpose: {_content(record)}."
    return Source(record, None, says)


def _own(study: Study, stage: str) -> Source | None:
    if study.url.startswith("sqlite:///") and not Path(study.url[len("sqlite:///") :]).is_file():
        return None
    record = open_record(study, read_only=True)
    if sessions(record) if stage == "explore" else any(record.entries(kinds=[Reply.KIND])):
        return Source(record, study, f"The record of study {study.id!r}: {_content(record)}.")
    record.close()
    return None


def _named(where: str) -> Source:
    record = open_record(where, read_only=True)
    return Source(record, None, f"The record that {VARIABLE} names: {_content(record)}.")


def _sample(root: Path, stage: str, why: str) -> Source:
    name, made, sampled = _SAMPLES[stage]
    path = root / "results" / SAMPLE / name
    if not path.is_file():
        raise AnalysisError(
            f"notebook: {why[0].lower()}{why[1:]}, and there is no sample; wanted a record to "
            f"read, or results/{SAMPLE}/{name}. {made}, or make a sample with `{sampled}`."
        )
    record = open_record(path, read_only=True)
    return Source(record, None, f"{why}; this is the sample that ships: {_content(record)}.")


def _content(record: Record) -> str:
    begun, replies = sessions(record), sum(1 for _ in record.entries(kinds=[Reply.KIND]))
    parts = []
    if begun or not replies:
        parts.append(_counted(begun, "conversation", " by simulated participants"))
    if replies:
        parts.append("1 reply" if replies == 1 else f"{replies} replies")
    if seats := record.rows(RaterSeat):
        parts.append(_counted(seats, "rater", ", all simulated"))
    return ", ".join(parts)


def _counted(rows: Sequence[Session] | Sequence[RaterSeat], noun: str, every: str) -> str:
    """Count rows and say which were simulated: ``every`` follows if all were."""
    count = f"1 {noun}" if len(rows) == 1 else f"{len(rows)} {noun}s"
    several = sum(row.simulated for row in rows)
    if several == 0:
        return count
    some = every.removeprefix(", all")
    return f"{count}{every}" if several == len(rows) else f"{count}, {several} of them{some}"
