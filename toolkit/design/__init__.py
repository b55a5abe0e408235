"""What people write before anything runs: personas, scenarios, studies and their freeze.

A **Persona** is a made-up person, a **Scenario** one workplace situation; a **Study** says which of
them meet, who answers and what testers are asked. They are files in a **Workspace**, read through
one strict door, with every complaint at once. A **Freeze** is a study as it was when its first
tester began. An **Assignment** is one conversation asked of one tester. The **vocabulary** holds
the closed lists: factors, harms, trust dimensions, consequences and acceptable-use classes.

A **Contrast** is one prompt with cue slots and its **Arms**; a **ConfirmStage** is what a study
confirms, with a freeze of its own; a **Unit** is one contrast in one arm, sent once. An
**Allocation** is who rates what, in **Tasks**.
"""

from toolkit.design.allocation import Allocation, Task, allocate, allocate_units
from toolkit.design.articles import article
from toolkit.design.assign import Assignment, assign
from toolkit.design.confirm import AnalysisPlan, AttentionItem, ConfirmPlan, RatingPlan
from toolkit.design.confirm_stage import ConfirmStage
from toolkit.design.contrast import Arm, ArmKind, Contrast, Lead, ListedNames, PromptTurn
from toolkit.design.cue_values import cue_values
from toolkit.design.factors import FACTORS, Factor
from toolkit.design.form import Care, ConsentForm, DataUse, EndpointPlan, Question
from toolkit.design.freeze import Freeze
from toolkit.design.harms import FLAG_HARMS, HARM_TYPES, HARMS, UNSURE
from toolkit.design.linter import RULES as LINT_RULES
from toolkit.design.linter import lint, lint_reading
from toolkit.design.outline import Outline, outline
from toolkit.design.persona import Cues, Persona, Voice
from toolkit.design.rehearsal import rehearse
from toolkit.design.rendering import Rendered, RenderedTurn, Span, render
from toolkit.design.scenario import Grounding, Scenario
from toolkit.design.schemas import schemas, stale_schemas, write_schemas
from toolkit.design.standalone import read_written
from toolkit.design.study import Study
from toolkit.design.terms import Term, suggestion
from toolkit.design.unit import Unit, plan_units
from toolkit.design.verbs import both_forms
from toolkit.design.vocabulary import ACCEPTABLE_USES, CONSEQUENCES, TRUST_DIMENSIONS
from toolkit.design.vocabulary import VERSION as VOCABULARY_VERSION
from toolkit.design.workspace import Checked, Workspace
from toolkit.design.written import Written

__all__ = [
    "ACCEPTABLE_USES",
    "Allocation",
    "AnalysisPlan",
    "Arm",
    "ArmKind",
    "Assignment",
    "AttentionItem",
    "CONSEQUENCES",
    "Care",
    "Checked",
    "ConfirmPlan",
    "ConfirmStage",
    "ConsentForm",
    "Contrast",
    "Cues",
    "DataUse",
    "EndpointPlan",
    "FACTORS",
    "FLAG_HARMS",
    "Factor",
    "Freeze",
    "Grounding",
    "HARMS",
    "HARM_TYPES",
    "LINT_RULES",
    "Lead",
    "ListedNames",
    "Outline",
    "Persona",
    "PromptTurn",
    "Question",
    "RatingPlan",
    "Rendered",
    "RenderedTurn",
    "Scenario",
    "Span",
    "Study",
    "TRUST_DIMENSIONS",
    "Task",
    "Term",
    "UNSURE",
    "Unit",
    "VOCABULARY_VERSION",
    "Voice",
    "Workspace",
    "Written",
    "allocate",
    "allocate_units",
    "article",
    "assign",
    "both_forms",
    "cue_values",
    "lint",
    "lint_reading",
    "outline",
    "plan_units",
    "read_written",
    "rehearse",
    "render",
    "schemas",
    "stale_schemas",
    "suggestion",
    "write_schemas",
]
