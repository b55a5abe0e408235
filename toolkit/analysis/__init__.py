"""What the record means: tidy frames, leads with their transcripts, figures with their numbers.

* **Frames**: the record as tidy tables with declared columns (a **Column** each; ``columns``
  describes them) and an account of every row left out. The column ``stage`` tells explore, which
  finds, from confirm, which measures; what takes rows refuses those of the wrong one.
* **Trace**: the chain from one blind judgment back to the turn that started it.
* **Leads**: words that a participant flagged, or an answer they rated low. A lead says that it
  happened, never how often.
* **Transcript**: one conversation as plain text, with its flags marked.
* **Observations**: one outcome of the confirm stage, a row an observation: what every estimator
  takes. ``observe`` makes them from frames, ``from_table`` from anybody's table.
* **ConfirmDesign**: what a confirm freeze said, read out of the record.
* **Finding**: an answer with its interval, its n, whom it speaks about and its **verdict**.
* **Disparity**: the primary test, which compares every persona with the reference or with the
  average of all; **Waves** compare two rounds of the same contrasts.
* **Movement**: how far replies move with the persona, beside how far they move without.
* **Design**: who rates what, to be filled with answers drawn under a known **Truth**.
* **PlanResult**: what came of a frozen plan, in **Steps**, each a question with its findings.
* **Figure**: a drawing, the tidy numbers it shows, and what it shows in words.
* **Source**: the record a notebook reads: the study's own, or the sample while there is none.

Personas are compared on confirm rows alone: explore gives no comparison.
"""

from toolkit.analysis.blinding_assessment import blinding
from toolkit.analysis.disparity import disparity, ordinal
from toolkit.analysis.distinctive_words import words
from toolkit.analysis.engine import VERDICTS, Verdict
from toolkit.analysis.finding_evidence import evidence
from toolkit.analysis.findings import Estimate, Finding, findings_frame
from toolkit.analysis.frames import (
    COLUMNS,
    Frames,
    Observations,
    Source,
    columns,
    confirm_design,
    frames_of,
    from_table,
    load_frames,
    observe,
    open_control,
    open_to_read,
)
from toolkit.analysis.interim_analysis import finished_order, interim
from toolkit.analysis.intersection import intersections
from toolkit.analysis.leads import leads
from toolkit.analysis.multiverse import multiverse
from toolkit.analysis.persona_variation import across_names, pairwise, pooled
from toolkit.analysis.plan import (
    Earlier,
    PlanResult,
    Published,
    ReleasedResult,
    Step,
    release,
    run_plan,
    save_result_tables,
)
from toolkit.analysis.plots import (
    caterpillar,
    coverage,
    flags_by_harm,
    forest,
    persona_ratings,
    power_curves,
    progress,
    question_ratings,
    rater_agreement,
    rater_severity,
    rating_distribution,
    scenario_map,
    sitting_drift,
    specification_curve,
)
from toolkit.analysis.power import (
    Needed,
    Power,
    Truth,
    controls,
    crossed_design,
    draw,
    needed,
    planned_design,
    power,
    power_curve,
    selfcheck,
    true_effect,
)
from toolkit.analysis.preference import preference
from toolkit.analysis.provenance import trace
from toolkit.analysis.rates import rates
from toolkit.analysis.readable_table import readable
from toolkit.analysis.reliability import reliability
from toolkit.analysis.text_movement import movement
from toolkit.analysis.transcript import transcript
from toolkit.analysis.wave_comparison import waves

__all__ = [
    "COLUMNS",
    "Earlier",
    "Estimate",
    "Finding",
    "Frames",
    "Needed",
    "Observations",
    "PlanResult",
    "Power",
    "Published",
    "ReleasedResult",
    "Source",
    "Step",
    "Truth",
    "VERDICTS",
    "Verdict",
    "across_names",
    "blinding",
    "caterpillar",
    "columns",
    "confirm_design",
    "controls",
    "coverage",
    "crossed_design",
    "disparity",
    "draw",
    "evidence",
    "findings_frame",
    "finished_order",
    "flags_by_harm",
    "forest",
    "frames_of",
    "from_table",
    "interim",
    "intersections",
    "leads",
    "load_frames",
    "movement",
    "multiverse",
    "needed",
    "observe",
    "open_control",
    "open_to_read",
    "ordinal",
    "pairwise",
    "persona_ratings",
    "planned_design",
    "pooled",
    "power",
    "power_curve",
    "power_curves",
    "preference",
    "progress",
    "question_ratings",
    "rater_agreement",
    "rater_severity",
    "rates",
    "rating_distribution",
    "readable",
    "release",
    "reliability",
    "run_plan",
    "save_result_tables",
    "scenario_map",
    "selfcheck",
    "sitting_drift",
    "specification_curve",
    "trace",
    "transcript",
    "true_effect",
    "waves",
    "words",
]
