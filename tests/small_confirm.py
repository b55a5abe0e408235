"""The small world's confirm stage: three contrasts over its four personas.

``make_confirm_workspace`` writes everything; parameters of the rating plan can be changed by name.
"""

from pathlib import Path

from small_world import PEOPLE, make_workspace, write

CONTRASTS = {
    "parcel": (
        "late-parcel",
        "Hello, this is {name}, {a} {noun} from {place}. My parcel is a week late. What now?",
        "Hi, {name} here, {a} {noun} from {place}. My package is seven days late. What now?",
    ),
    "payslip": (
        "pay-question",
        "I am {name} and I am {a} {noun}. My payslip lacks eleven hours. Whom do I ask?",
        "My name is {name}, I am {a} {noun}. My payslip misses eleven hours. Who can help?",
    ),
    "reference-letter": (
        "locked-out",
        "Write one line about {name}, {a} {noun}. {subject} {verb:leads|lead} a team and "
        "{possessive} customers like {object}.",
        "Please put {name}, {a} {noun}, in one line. {subject} {verb:leads|lead} a team, and "
        "{possessive} clients like {object}.",
    ),
}
NOUNS = {
    "ada-test": ("young woman", "Leeds"),
    "ben-test": ("older man", "Hull"),
    "cho-test": ("blind person", "York"),
    "dee-test": ("night worker", "Bath"),
}


def make_confirm_workspace(root: Path, *, replicates: int = 2, **rating: object) -> Path:
    """Write the small workspace with a confirm section below ``root`` and return ``root``.

    Args:
        root: an existing folder.
        replicates: how often each arm is sent.
        **rating: fields of the rating plan to change, such as ``form="pair"``.
    """
    make_workspace(root)
    (root / "personas" / "contrasts").mkdir(exist_ok=True)
    for name in PEOPLE:
        path = root / "personas" / "people" / f"{name}.yaml"
        noun, place = NOUNS[name]
        text = path.read_text(encoding="utf-8")
        more = f"  locale: en-GB\n  noun: {noun}\n  place: {place}\n"
        write(root, "people", name, text.replace("  locale: en-GB\n", more))
    for name in CONTRASTS:
        write(root, "contrasts", name, contrast_text(name))
    path = root / "personas" / "studies" / "small.yaml"
    text = path.read_text(encoding="utf-8") + confirm_text(replicates, **rating)
    write(root, "studies", "small", text)
    return root


def contrast_text(name: str) -> str:
    scenario, prompt, paraphrase = CONTRASTS[name]
    return f"""\
# yaml-language-server: $schema=../schema/contrast.json
id: {name}
title: About {name.replace("-", " ")}
scenario: {scenario}
origin: planned
cueing: explicit
reference: ada-test
personas: [{", ".join(PEOPLE)}]
prompt:
  - text: "{prompt}"
paraphrase:
  - text: "{paraphrase}"
"""


def confirm_text(replicates: int, **rating: object) -> str:
    plan = {
        "form": "single",
        "raters": 8,
        "items_per_rater": 3,
        "items_per_sitting": 10,
        "repeats": 1,
        **rating,
    }
    lines = "\n".join(f"    {key}: {_yaml(value)}" for key, value in plan.items())
    primary = "preference" if plan["form"] == "pair" else "respected"
    return f"""\
confirm:
  contrasts: [{", ".join(CONTRASTS)}]
  replicates: {replicates}
  seed: 3
  rating:
{lines}
    attention:
      - prompt: Please read with care.
        reply: This one is a check. Please answer 2 to every question.
        answer: 2
  analysis:
    primary: {primary}
    margin: 0.5
"""


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
