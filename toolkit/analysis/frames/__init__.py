"""Frames and observations: the record, or anybody's table, as tidy rows."""

from toolkit.analysis.frames.coded_observations import Coded, CompareWith, coded
from toolkit.analysis.frames.column import (
    ARMS,
    NULL_ARMS,
    SCRIPTED,
    STAGE,
    Column,
    Dtype,
    Stage,
    declare,
    named,
    text_of,
)
from toolkit.analysis.frames.columns import COLUMNS, columns, conform
from toolkit.analysis.frames.confirm_design import ConfirmDesign, confirm_design, plan_changes
from toolkit.analysis.frames.explore_counts import (
    ANSWERS,
    count_coverage,
    count_flags,
    count_progress,
    count_ratings,
    dimension_label,
    harm_label,
    testers,
)
from toolkit.analysis.frames.frames import Frames, frames_of, load_frames, require_stage
from toolkit.analysis.frames.from_table import from_table
from toolkit.analysis.frames.observations import (
    OBSERVATION_COLUMNS,
    Observations,
    observe,
    one_freeze,
    require_observations,
    signed_choices,
    undeclared_outcome,
)
from toolkit.analysis.frames.record_source import Source, open_control, open_to_read

__all__ = [
    "ANSWERS",
    "ARMS",
    "COLUMNS",
    "Coded",
    "Column",
    "CompareWith",
    "ConfirmDesign",
    "Dtype",
    "Frames",
    "NULL_ARMS",
    "OBSERVATION_COLUMNS",
    "Observations",
    "SCRIPTED",
    "STAGE",
    "Source",
    "Stage",
    "coded",
    "columns",
    "confirm_design",
    "conform",
    "count_coverage",
    "count_flags",
    "count_progress",
    "count_ratings",
    "declare",
    "dimension_label",
    "frames_of",
    "from_table",
    "harm_label",
    "load_frames",
    "named",
    "observe",
    "one_freeze",
    "open_control",
    "open_to_read",
    "plan_changes",
    "require_observations",
    "require_stage",
    "signed_choices",
    "testers",
    "text_of",
    "undeclared_outcome",
]
