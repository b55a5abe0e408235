"""What people write before anything runs: personas, scenarios, studies and their freeze.

A **Persona** is a made-up person, a **Scenario** one workplace situation; a **Study** says which of
them meet, who answers and what testers are asked. They are files in a **Workspace**, read through
one strict door, with every complaint at once. A **Freeze** is a study as it was when its first
tester began. An **Assignment** is one conversation asked of one tester. The **vocabulary** holds
the closed lists: factors, harms, trust dimensions, consequences and acceptable-use classes.

A **Contrast** is one prompt with cue slots and its **Arms**; a **ConfirmStage** is what a study
confirms, with a freeze of its own; a **Unit** is one contrast in one arm, sent once. An
**Allocation** is who rates what, in **Tasks**. An **Outcome** is what is observed of a reply or of
a pair: a question's answers, a preference, or what a machine reads off a reply.
"""

from toolkit.design.allocation import (
    Allocation,
    Assignment,
    Outline,
    Task,
    allocate,
    allocate_units,
    assign,
    outline,
)
from toolkit.design.contrasts import (
    Arm,
    Contrast,
    PromptTurn,
    Rendered,
    RenderedTurn,
    Span,
    Unit,
    lint,
    render,
    telling_phrases,
)
from toolkit.design.file_schema import Written
from toolkit.design.json_schemas import schemas, stale_schemas, write_schemas
from toolkit.design.outcomes import (
    OUTCOMES,
    READABLE,
    Direction,
    Outcome,
    Scale,
    bounds_faults,
    outcome_named,
    rating_outcome,
)
from toolkit.design.personas import Cues, Persona
from toolkit.design.scenarios import Scenario
from toolkit.design.studies import (
    PRIVACY_MINIMUM,
    AnalysisPlan,
    ConfirmPlan,
    ConfirmStage,
    ConsentForm,
    DataUse,
    EndpointPlan,
    Freeze,
    LatentRating,
    Question,
    RatingPlan,
    Study,
    rehearse,
)
from toolkit.design.validation_messages import read_written
from toolkit.design.vocabulary import (
    FACTORS,
    FLAG_HARMS,
    HARM_TYPES,
    HARMS,
    TRUST_DIMENSIONS,
    UNSURE,
    Term,
)
from toolkit.design.workspace import Workspace

__all__ = [
    "Allocation",
    "AnalysisPlan",
    "Arm",
    "Assignment",
    "ConfirmPlan",
    "ConfirmStage",
    "ConsentForm",
    "Contrast",
    "Cues",
    "DataUse",
    "Direction",
    "EndpointPlan",
    "FACTORS",
    "FLAG_HARMS",
    "Freeze",
    "HARMS",
    "HARM_TYPES",
    "LatentRating",
    "OUTCOMES",
    "Outcome",
    "Outline",
    "PRIVACY_MINIMUM",
    "Persona",
    "PromptTurn",
    "Question",
    "READABLE",
    "RatingPlan",
    "Rendered",
    "RenderedTurn",
    "Scale",
    "Scenario",
    "Span",
    "Study",
    "TRUST_DIMENSIONS",
    "Task",
    "Term",
    "UNSURE",
    "Unit",
    "Workspace",
    "Written",
    "allocate",
    "allocate_units",
    "assign",
    "bounds_faults",
    "lint",
    "outcome_named",
    "outline",
    "rating_outcome",
    "read_written",
    "rehearse",
    "render",
    "schemas",
    "stale_schemas",
    "telling_phrases",
    "write_schemas",
]
