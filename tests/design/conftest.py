"""A small workspace, written as people write one, that tests may then damage."""

from pathlib import Path

import pytest

PERSONA = """\
# yaml-language-server: $schema=../schema/persona.json
id: {id}
title: Night porter, Lyon
factors:
  gender: woman
  age_band: 30_to_49
  disability: none
  religion: none stated
cues:
  name: Name of {id}
  pronouns: she/her
  identity: I have worked nights for years.
  locale: fr-FR
voice:
  style: Short and dry.
  samples:
    - The lift is stuck again.
    - I will wait here.
background: |
  Works nights. Likes it quiet.
goals:
  - Get home on time.
would_notice:
  - Being told what nights are like.
"""

SCENARIO = """\
# yaml-language-server: $schema=../schema/scenario.json
id: {id}
title: The missing hour
area: hr
situation: An hour is missing on the pay slip.
instructions: You help employees with pay.
task: Find out why.
worth_trying:
  - Ask for the rule.
  - Say it happened before.
  - Ask who decides.
rehearsal:
  - An hour is missing.
  - Who can change that?
  - Thank you.
harms:
  - allocative.economic_loss
should_answer: answer
consequence: moderate
"""

STUDY = """\
# yaml-language-server: $schema=../schema/study.json
id: {id}
title: A small study
purpose: To see whether it runs.
personas: [ada, bo, cy]
scenarios: [hour, lift, rota]
endpoints:
  house:
    endpoint: scripted:courteous
    temperature: 0.7
analysis_factors: [gender]
conversations_per_tester: 2
minutes: 20
quick_question:
  id: quick
  dimension: respect
  ask: How was this answer?
  low: Bad
  high: Good
form:
  - id: fair
    dimension: inclusion
    ask: Did it take you seriously?
    low: Not at all
    high: Fully
consent:
  title: Taking part
  text: You may stop at any time.
  content_note: Some answers may upset you.
care:
  minutes_cap: 40
  messages_cap: 30
  support_contact: the study lead
data:
  seen_by: The study team.
  kept_for: A year.
what_happens_next: We read everything.
seed: 7
"""

FOLDERS = {"people": PERSONA, "scenarios": SCENARIO, "studies": STUDY}


class Desk:
    """Where the files of a small workspace are written, read and damaged."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder, names in (
            ("people", ("ada", "bo", "cy")),
            ("scenarios", ("hour", "lift", "rota")),
            ("studies", ("pilot",)),
        ):
            for name in names:
                self.write(folder, name, FOLDERS[folder].format(id=name))

    def path(self, folder: str, name: str) -> Path:
        return self.root / "personas" / folder / f"{name}.yaml"

    def write(self, folder: str, name: str, text: str | bytes) -> Path:
        path = self.path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def replace(self, folder: str, name: str, old: str, new: str) -> None:
        text = self.path(folder, name).read_text()
        assert old in text
        self.write(folder, name, text.replace(old, new))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")
