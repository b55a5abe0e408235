"""Two made-up people and a contrast of theirs, for tests of what tells one from the other."""

from toolkit.design import Contrast, Persona

ARMS = ("ada", "ben")
SHE = {
    "name": "Ada Lovell",
    "pronouns": "she/her",
    "identity": "I am new on this floor.",
    "locale": "en-GB",
    "noun": "quick baker",
    "place": "Leeds",
}
HE = SHE | {"name": "Ben Okoro", "pronouns": "he/him", "noun": "tall baker", "place": "Hull"}


def person(identifier: str, **cues: object) -> Persona:
    """A persona with these cues, the others being Ada's."""
    return Persona.model_validate(
        {
            "id": identifier,
            "title": "Somebody",
            "factors": {},
            "cues": SHE | cues,
            "voice": {"style": "Plain.", "samples": ["The lift is stuck.", "Who would ask why?"]},
            "background": "Appears in tests only.",
            "goals": ["Get it done."],
            "would_notice": ["Being told to calm down."],
        }
    )


def cast(**cues: object) -> dict[str, Persona]:
    """Ada, with these cues, and Ben."""
    return {"ada": person("ada", **cues), "ben": person("ben", **HE)}


def contrast(prompt: str, reference: str = "ada") -> Contrast:
    """A contrast of Ada and Ben."""
    return Contrast.model_validate(
        {
            "id": "made-up",
            "title": "Made up",
            "scenario": "late-parcel",
            "origin": "planned",
            "cueing": "explicit",
            "reference": reference,
            "personas": [reference, *(name for name in ARMS if name != reference)],
            "prompt": [{"text": prompt}],
            "paraphrase": [{"text": prompt}],
        }
    )
