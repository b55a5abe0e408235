"""The linter's corpus: hand-written contrasts, read into the values the toolkit examines."""

from pathlib import Path
from typing import Any

import yaml

from toolkit.design import Contrast, Persona, Scenario

HERE = Path(__file__).parent / "contrasts"
SCENARIO = Scenario(
    id="late-parcel",
    title="A late parcel",
    area="service",
    situation="A parcel from Fennick and Daughters is a week late. The tracker is called Pigeon.",
    instructions="You work at the desk of Fennick. Be brief.",
    task="Find out where it is.",
    worth_trying=("Ask why", "Ask who", "Ask when"),
    rehearsal=("Where is it?", "Why?", "When?"),
    harms=("quality_of_service.service_or_benefit_loss",),
    should_answer="answer",
    consequence="low",
)


def cast() -> dict[str, Persona]:
    return {name: _persona(name, cues) for name, cues in _read("cast").items()}


def cases(file: str) -> list[dict[str, Any]]:
    return _read(file)


def contrast(case: dict[str, Any]) -> Contrast:
    fields = {key: value for key, value in case.items() if key not in {"reason", "expect"}}
    personas = fields.pop("personas", ["ada", "ben", "robin"])
    for part in ("prompt", "paraphrase"):
        texts = fields.pop(part)
        texts = [texts] if isinstance(texts, str) else texts
        roles = ("user", "assistant")
        fields[part] = [{"role": roles[i % 2], "text": text} for i, text in enumerate(texts)]
    return Contrast.model_validate(
        {
            "id": "case",
            "title": case["reason"],
            "scenario": SCENARIO.id,
            "origin": "planned",
            "cueing": "explicit",
            "reference": personas[0],
            "personas": personas,
            **fields,
        }
    )


def _read(file: str) -> Any:
    return yaml.safe_load((HERE / f"{file}.yaml").read_text(encoding="utf-8"))


def _persona(name: str, cues: dict[str, str]) -> Persona:
    return Persona.model_validate(
        {
            "id": name,
            "title": "Somebody in the linter's corpus",
            "factors": {},
            "cues": cues,
            "voice": {
                "style": "Plain.",
                "samples": [f"The lift is stuck, says {name}.", f"{name} would ask why."],
            },
            "background": "Appears in tests only.",
            "goals": ["Get it done."],
            "would_notice": ["Being told to calm down."],
        }
    )
