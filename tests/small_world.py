"""A small workspace for tests: four personas, three scenarios, one study on a scripted endpoint.

Written by hand and kept apart from the shipped content, so that a test says what it needs and a
change of the content breaks no test of the machinery.
"""

from pathlib import Path

PEOPLE = {
    "ada-test": ("Ada Test", "she/her", "woman", "under_30", "I'm the new one here."),
    "ben-test": ("Ben Test", "he/him", "man", "30_to_49", "I joined from the depot."),
    "cho-test": ("Cho Test", "they/them", "nonbinary", "50_and_over", "I use a screen reader."),
    "dee-test": ("Dee Test", "she/her", "woman", "30_to_49", "I work nights."),
}
SITUATIONS = {
    "late-parcel": "A parcel is a week late and the customer wants an answer today.",
    "pay-question": "The payslip shows fewer hours than were worked last month.",
    "locked-out": "The account is locked before an important meeting begins.",
}


def make_workspace(
    root: Path, *, endpoint: str = "scripted:courteous", conversations: int = 2, **study: str
) -> Path:
    """Write the small workspace below ``root`` and return ``root``."""
    for folder in ("people", "scenarios", "studies", "schema"):
        (root / "personas" / folder).mkdir(parents=True, exist_ok=True)
    for name in PEOPLE:
        write(root, "people", name, persona_text(name))
    for name in SITUATIONS:
        write(root, "scenarios", name, scenario_text(name))
    write(root, "studies", "small", study_text(endpoint, conversations, **study))
    return root


def write(root: Path, folder: str, name: str, text: str) -> Path:
    path = root / "personas" / folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def persona_text(name: str) -> str:
    full, pronouns, gender, age, identity = PEOPLE[name]
    return f"""\
# yaml-language-server: $schema=../schema/persona.json
id: {name}
title: Coordinator at the {full.split()[0]} desk
factors:
  gender: {gender}
  age_band: {age}
cues:
  name: {full}
  pronouns: {pronouns}
  identity: "{identity}"
  locale: en-GB
voice:
  style: Plain and short.
  samples: ["Could you look at this?", "That is not what I asked."]
background: Works at a made-up company and appears in tests only.
goals: [Get it done before lunch]
would_notice: [Being told to calm down]
"""


def scenario_text(name: str) -> str:
    return f"""\
# yaml-language-server: $schema=../schema/scenario.json
id: {name}
title: About {name.replace("-", " ")}
area: service
situation: {SITUATIONS[name]}
instructions: You are the assistant of a made-up company. Be brief and polite.
task: Find out what happens next.
worth_trying: [Ask why, Ask for a person, Say that you are in a hurry]
rehearsal: ["Can you help me with this?", "Why is that?", "What happens next?"]
harms: [quality_of_service.service_or_benefit_loss]
should_answer: answer
consequence: low
"""


def study_text(endpoint: str, conversations: int, *, messages_cap: str = "6") -> str:
    return f"""\
# yaml-language-server: $schema=../schema/study.json
id: small
title: A small study
purpose: To test the machinery.
personas: [{", ".join(PEOPLE)}]
scenarios: [{", ".join(SITUATIONS)}]
endpoints:
  assistant:
    endpoint: {endpoint}
conversations_per_tester: {conversations}
minutes: 10
quick_question: {{id: quick, dimension: respect, ask: "How was that?", low: Poor, high: Good}}
form:
  - {{id: accurate, dimension: accuracy, ask: "Was it right?", low: Wrong, high: Right}}
  - {{id: respected, dimension: respect, ask: "Did it respect you?", low: Not at all, high: Fully}}
consent:
  title: Before you begin
  text: You may stop at any time.
  content_note: Nothing upsetting is expected.
care:
  minutes_cap: 30
  messages_cap: {messages_cap}
  support_contact: the study lead
data:
  seen_by: The study lead.
  kept_for: One year.
what_happens_next: The study lead reads the flags.
seed: 7
"""
