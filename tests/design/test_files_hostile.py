"""Bad files: each gets one clear message with the next step, asserted word for word."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toolkit.design import HARMS, Workspace
from toolkit.errors import InvalidFiles

LINE_1 = "# yaml-language-server: $schema=../schema/persona.json\n"
ADA = "personas/people/ada.yaml"
PILOT = "personas/studies/pilot.yaml"
ID_WORDS = (
    "lower-case letters and digits in words joined by '-' or '_', starting with a letter, "
    "at most 64 characters"
)
ATTRIBUTES = (
    "one of gender, age_band, ethnicity, disability, impairment, language_proficiency, "
    "caring_duties, job_level, socioeconomic_background, religion, dialect, "
    "sexual_orientation, assistive_technology, role, tenure"
)
PERSONA_FIELDS = "one of id, title, factors, cues, voice, background, goals, would_notice"


def complaints(root: Path) -> list[str]:
    """What a check says, without its first and last line, which are asserted here."""
    with pytest.raises(InvalidFiles) as caught:
        Workspace(root).check()
    first, *lines, last = str(caught.value).splitlines()
    count = len(lines)
    assert first == f"{count} problem{'s' if count > 1 else ''} in what was written:"
    assert last == "Mend the lines above, then run `parallax check` again."
    assert [f"  {complaint}" for complaint in caught.value.complaints] == lines
    return [line.removeprefix("  ") for line in lines]


def test_a_clean_workspace_is_counted(desk: Any) -> None:
    checked = Workspace(desk.root).check()
    assert (checked.personas, checked.scenarios, checked.studies) == (3, 3, 1)
    assert checked.ignored == ()


REPLACED = {
    "unknown field": (
        ("people", "ada", "goals:\n", "gaols: x\ngoals:\n"),
        f"{ADA}:21: gaols: got an unknown field; wanted {PERSONA_FIELDS}. Did you mean 'goals'?",
    ),
    "field nobody could have meant": (
        ("people", "ada", "goals:\n", "zzz: x\ngoals:\n"),
        f"{ADA}:21: zzz: got an unknown field; wanted {PERSONA_FIELDS}. "
        "Delete it or correct its name.",
    ),
    "missing field": (
        ("people", "ada", "title: Night porter, Lyon\n", ""),
        f"{ADA}: title: got nothing; wanted a value here: One line a tester reads first: "
        "role and place.",
    ),
    "missing nested field": (
        ("people", "ada", "  pronouns: she/her\n", ""),
        f"{ADA}:9: cues.pronouns: got nothing; wanted a value here: Third-person pronouns.",
    ),
    "missing field of an entry in a list": (
        ("studies", "pilot", "    low: Not at all\n", ""),
        f"{PILOT}:21: form.1.low: got nothing; wanted a value here: What 1 means.",
    ),
    "missing field of an entry with a name": (
        ("studies", "pilot", "    endpoint: scripted:courteous\n", ""),
        f"{PILOT}:8: endpoints.house.endpoint: got nothing; wanted a value here: "
        "``embedded:smollm2``, ``openai:NAME``, ``scripted:NAME``.",
    ),
    "duplicate key": (
        ("people", "ada", "title: Night", "title: Night porter\ntitle: Day"),
        f"{ADA}:4: title: got 'title' a second time; wanted each field once. "
        "It is already on line 3; keep one of the two.",
    ),
    "nested duplicate key": (
        ("people", "ada", "  age_band:", "  gender: man\n  age_band:"),
        f"{ADA}:6: factors.gender: got 'gender' a second time; wanted each field once. "
        "It is already on line 5; keep one of the two.",
    ),
    "path-like id": (
        ("people", "ada", "id: ada", "id: ../ada"),
        f"{ADA}:2: id: got '../ada'; wanted {ID_WORDS}.",
    ),
    "path-like name in a study": (
        ("studies", "pilot", "[ada, bo, cy]", "[ada, ../../etc/passwd, cy]"),
        f"{PILOT}:5: personas.2: got '../../etc/passwd'; wanted {ID_WORDS}.",
    ),
    "id unlike the file's name": (
        ("people", "ada", "id: ada", "id: eve"),
        f"{ADA}:2: id: got 'eve'; wanted 'ada', as the file is called. "
        "Change the id, or rename the file.",
    ),
    "id of another file": (
        ("people", "ada", "id: ada", "id: bo"),
        f"{ADA}:2: id: got 'bo'; wanted 'ada', as the file is called. "
        "bo.yaml already has that id; change this one.",
    ),
    "unknown factor": (
        ("people", "ada", "  age_band:", "  age_bnad:"),
        f"{ADA}:6: factors.age_bnad: got 'age_bnad'; wanted an attribute of the vocabulary: "
        f"{ATTRIBUTES}. Did you mean 'age_band'?",
    ),
    "unknown value of a factor": (
        ("people", "ada", "age_band: 30_to_49", "age_band: 30 to 50"),
        f"{ADA}:6: factors.age_band: got '30 to 50'; wanted one of under_30, 30_to_49, "
        "50_and_over. Did you mean '30_to_49'?",
    ),
    "empty free value": (
        ("people", "ada", "religion: none stated", "religion:"),
        f"{ADA}:8: factors.religion: got nothing; wanted one line of 1 to 120 characters.",
    ),
    "unknown word": (
        ("people", "ada", "she/her", "she/hers"),
        f"{ADA}:11: cues.pronouns: got 'she/hers'; wanted one of she/her, he/him, they/them. "
        "Did you mean 'she/her'?",
    ),
    "locale": (
        ("people", "ada", "fr-FR", "french"),
        f"{ADA}:13: cues.locale: got 'french'; wanted a language and region as in BCP 47, "
        "such as en-NG.",
    ),
    "text too long": (
        ("people", "ada", "Short and dry.", "x" * 6001),
        f"{ADA}:15: voice.style: got 6,001 characters; wanted at most 6,000. Shorten it.",
    ),
    "line break in a line": (
        ("people", "ada", "title: Night porter, Lyon", "title: |\n  Night\n  porter"),
        f"{ADA}:3: title: got 'Night\\nporter\\n'; wanted one line, without a line break.",
    ),
    "empty text": (
        ("people", "ada", "title: Night porter, Lyon", "title:"),
        f"{ADA}:3: title: got nothing; wanted text.",
    ),
    "list for text": (
        ("people", "ada", "title: Night porter, Lyon", "title: [Night porter]"),
        f"{ADA}:3: title: got a list; wanted text. Put quotes around it.",
    ),
    "text for list": (
        ("people", "ada", "goals:\n  - Get home on time.", "goals: Get home."),
        f"{ADA}:21: goals: got 'Get home.'; wanted a list. "
        "Begin each entry with '- ' on a line of its own.",
    ),
    "text for fields": (
        ("studies", "pilot", "  endpoint: scripted:courteous\n    temperature: 0.7", "  x"),
        f"{PILOT}:8: endpoints.house: got 'x'; wanted fields of its own, indented below it.",
    ),
    "too few entries": (
        ("people", "ada", "    - I will wait here.\n", ""),
        f"{ADA}:16: voice.samples: got 1 entry; wanted at least 2.",
    ),
    "too many entries": (
        ("people", "ada", "    - I will wait here.\n", "    - A.\n    - B.\n"),
        f"{ADA}:16: voice.samples: got 3 entries; wanted at most 2.",
    ),
    "harm without its type": (
        ("scenarios", "hour", "allocative.economic_loss", "economic_loss"),
        f"personas/scenarios/hour.yaml:17: harms.1: got 'economic_loss'; wanted one of "
        f"{', '.join(HARMS)}. Did you mean 'allocative.economic_loss'?",
    ),
    "no whole number": (
        ("studies", "pilot", "minutes: 20", "minutes: twenty"),
        f"{PILOT}:13: minutes: got 'twenty'; wanted a whole number.",
    ),
    "number out of bounds": (
        ("studies", "pilot", "temperature: 0.7", "temperature: 3"),
        f"{PILOT}:10: endpoints.house.temperature: got '3'; wanted a number of at most 2.",
    ),
    "not a number": (
        ("studies", "pilot", "temperature: 0.7", "temperature: nan"),
        f"{PILOT}:10: endpoints.house.temperature: got 'nan'; wanted a number of at most 2.",
    ),
    "missing scenario": (
        ("studies", "pilot", "[hour, lift, rota]", "[hour, lfit, rota]"),
        f"{PILOT}:6: scenarios.2: got 'lfit'; wanted the id of a scenario: one of hour, lift, "
        "rota. Did you mean 'lift'?",
    ),
    "missing persona": (
        ("studies", "pilot", "[ada, bo, cy]", "[ada, bo, zebedee]"),
        f"{PILOT}:5: personas.3: got 'zebedee'; wanted the id of a persona: one of ada, bo, cy. "
        "Make it with `parallax new persona`.",
    ),
    "persona named twice": (
        ("studies", "pilot", "[ada, bo, cy]", "[ada, bo, ada]"),
        f"{PILOT}:5: personas.3: got 'ada'; wanted each name once. Delete one of the two.",
    ),
    "factor in free text": (
        ("studies", "pilot", "[gender]", "[religion]"),
        f"{PILOT}:11: analysis_factors.1: got 'religion'; wanted a factor with a closed list of "
        "values: gender, age_band, ethnicity, disability, language_proficiency, caring_duties, "
        "job_level, socioeconomic_background. Free text is described, not analyzed.",
    ),
    "factor a persona lacks": (
        ("people", "bo", "  gender: woman\n", ""),
        f"{PILOT}:11: analysis_factors.1: got persona 'bo' without the factor 'gender'; wanted "
        "every persona of the study to have it. Add it under 'factors' in "
        "personas/people/bo.yaml, or analyze by others.",
    ),
    "more conversations than personas": (
        ("studies", "pilot", "tester: 2", "tester: 4"),
        f"{PILOT}:12: conversations_per_tester: got '4'; wanted at most 3, the number of "
        "personas. A tester meets each of them at most once; name more, or ask for less.",
    ),
    "openai without an address": (
        ("studies", "pilot", "scripted:courteous", "openai:some-model"),
        f"{PILOT}:8: endpoints.house.base_url: got nothing; wanted the address of the server, "
        "because endpoint begins with 'openai:'. "
        "Add a line such as 'base_url: https://ai.example.com/v1'.",
    ),
    "address without a scheme": (
        ("studies", "pilot", "temperature: 0.7", "base_url: localhost:8000"),
        f"{PILOT}:10: endpoints.house.base_url: got 'localhost:8000'; wanted an address that "
        "begins with https:// or http://.",
    ),
    "unknown kind of endpoint": (
        ("studies", "pilot", "scripted:courteous", "courteous"),
        f"{PILOT}:9: endpoints.house.endpoint: got 'courteous'; wanted openai:NAME, "
        "embedded:NAME or scripted:NAME.",
    ),
    "two questions of one id": (
        (
            "studies",
            "pilot",
            "form:\n",
            "form:\n  - {id: fair, dimension: safety, ask: A, low: B, high: C}\n",
        ),
        f"{PILOT}:22: form.2.id: got 'fair'; wanted an id of its own for each question. "
        "Rename one of the two.",
    ),
    "a question that takes the name of another outcome": (
        (
            "studies",
            "pilot",
            "form:\n",
            "form:\n  - {id: refusal, dimension: safety, ask: A, low: B, high: C}\n",
        ),
        f"{PILOT}:21: form.1.id: got 'refusal'; wanted another id: this one names what is observed "
        "in another way. Rename it.",
    ),
    "password in the address of the record": (
        ("studies", "pilot", "seed: 7", "seed: 7\nrecord: postgresql+psycopg://me:pw@db/x"),
        f"{PILOT}:39: record: got an address with a password; wanted an address without a "
        "password. Keep the password in PGPASSWORD or ~/.pgpass: this file is shared and frozen.",
    ),
    "password after a scheme that is not known": (
        ("studies", "pilot", "seed: 7", "seed: 7\nrecord: postgres://me:hush@db/x"),
        f"{PILOT}:39: record: got an address with a password; wanted an address without a "
        "password. Keep the password in PGPASSWORD or ~/.pgpass: this file is shared and frozen.",
    ),
    "password with signs in it": (
        ("studies", "pilot", "seed: 7", "seed: 7\nrecord: postgresql://me:a@b/c:d@db/x"),
        f"{PILOT}:39: record: got an address with a password; wanted an address without a "
        "password. Keep the password in PGPASSWORD or ~/.pgpass: this file is shared and frozen.",
    ),
    "password among the options": (
        ("studies", "pilot", "seed: 7", "seed: 7\nrecord: postgresql://me@db/x?Password=hush"),
        f"{PILOT}:39: record: got an address with a password; wanted an address without a "
        "password. Keep the password in PGPASSWORD or ~/.pgpass: this file is shared and frozen.",
    ),
    "record of another kind": (
        ("studies", "pilot", "seed: 7", "seed: 7\nrecord: mysql://db/x"),
        f"{PILOT}:39: record: got 'mysql://db/x'; wanted 'default' or an address that begins "
        "with sqlite:/// or postgresql:// or postgresql+psycopg://.",
    ),
    "anchor": (
        ("people", "ada", "title: Night", "title: &t Night"),
        f"{ADA}:3: got the anchor '&t'; wanted the text itself. Write it out in full.",
    ),
    "tag": (
        ("people", "ada", "title: Night", "title: !!python/object/apply:os.system Night"),
        f"{ADA}:3: got the tag 'tag:yaml.org,2002:python/object/apply:os.system'; wanted the "
        "text itself. Write it out in full.",
    ),
    "directive": (
        ("people", "ada", "id: ada", "%YAML 1.1\n---\nid: ada"),
        f"{ADA}:2: got a '%' directive; wanted plain YAML. Delete the line.",
    ),
    "tab": (
        ("people", "ada", "  gender: woman", "\tgender: woman"),
        f"{ADA}:5: got a tab; wanted spaces for indentation.",
    ),
    "colon inside a text": (
        ("people", "ada", "Night porter, Lyon", "Porter: night"),
        f"{ADA}:3: got a ':' where no field can begin; wanted quotes around a text that holds "
        "': ', or the indentation of the lines around it.",
    ),
    "open quote": (
        ("people", "ada", "Night porter, Lyon", "'Night porter"),
        f"{ADA}:3: got a quote that is never closed; wanted a closing quote.",
    ),
    "open bracket": (
        ("studies", "pilot", "[ada, bo, cy]", "[ada, bo, cy"),
        f"{PILOT}:5: got a bracket that is never closed; wanted a closing bracket, or no brackets.",
    ),
    "reserved character": (
        ("people", "ada", "Night porter, Lyon", "@night"),
        f"{ADA}:3: got a text with a reserved first character; wanted quotes around it.",
    ),
    "line without a field": (
        ("people", "ada", "title: Night porter, Lyon", "title"),
        f"{ADA}:3: got a line without ':'; wanted 'field: value'.",
    ),
    "indentation": (
        ("people", "ada", "would_notice:", " would_notice:"),
        f"{ADA}:23: got a line that fits nothing above it; wanted the indentation of its peers.",
    ),
    "unknown escape": (
        ("people", "ada", "Night porter, Lyon", '"C:\\quiet"'),
        f"{ADA}:3: got an unknown escape after '\\'; wanted single quotes around such a text.",
    ),
    "second document": (
        ("people", "ada", "background:", "---\nbackground:"),
        f"{ADA}:19: got a second document; wanted one document a file. Give each its own file.",
    ),
    "NUL": (
        ("people", "ada", "Lyon", "Ly\0on"),
        f"{ADA}:3: got the invisible character U+0000; wanted text that can be seen. Delete it.",
    ),
    "escaped NUL": (
        ("people", "ada", "Night porter, Lyon", '"Ly\\0on"'),
        f"{ADA}:3: got an escape for the invisible character U+0000; wanted text that can be "
        "seen. Delete it.",
    ),
    "lone surrogate": (
        ("people", "ada", "Night porter, Lyon", '"\\uD800"'),
        f"{ADA}:3: got an escape for the invisible character U+D800; wanted text that can be "
        "seen. Delete it.",
    ),
    "no schema on line 1": (
        ("people", "ada", LINE_1, "# a porter\n"),
        f"{ADA}:1: got '# a porter'; wanted the line '{LINE_1.strip()}'. "
        "With it, editors complete fields and check them as you type.",
    ),
    "key that is a list": (
        ("people", "ada", "title: Night porter, Lyon", "[a, b]: c"),
        f"{ADA}:3: got a field name that is not plain text; wanted a name.",
    ),
}


@pytest.mark.parametrize(("edit", "message"), REPLACED.values(), ids=REPLACED.keys())
def test_one_mistake_one_message(desk: Any, edit: tuple[str, str, str, str], message: str) -> None:
    desk.replace(*edit)
    assert complaints(desk.root) == [message]


WHOLE_FILES = {
    "empty": (
        b"",
        f"{ADA}: got an empty file; wanted the fields of a persona. "
        "Start from a template with `parallax new persona`.",
    ),
    "only a comment": (
        LINE_1.encode(),
        f"{ADA}: got an empty file; wanted the fields of a persona. "
        "Start from a template with `parallax new persona`.",
    ),
    "a list": (
        (LINE_1 + "- a\n").encode(),
        f"{ADA}: got a list; wanted the fields of a persona, each as 'field: value'.",
    ),
    "a text": (
        (LINE_1 + "ada\n").encode(),
        f"{ADA}: got 'ada'; wanted the fields of a persona, each as 'field: value'.",
    ),
    "ten megabytes": (
        b"title: " + b"x" * 10_000_000,
        f"{ADA}: got 10,000,007 bytes; wanted at most 262,144 bytes. Shorten the texts.",
    ),
    "another encoding": (
        (LINE_1 + "id: ada\ntitle: Orl\u00e9ans\n").encode("latin-1"),
        f"{ADA}:3: got bytes that are not UTF-8; wanted UTF-8 text. Save the file as UTF-8.",
    ),
    "deep brackets": (
        (LINE_1 + "a: " + "[" * 100_000).encode(),
        f"{ADA}:2: got more than 12 levels of nesting; wanted at most 12. Flatten it.",
    ),
    "deep dashes": (
        (LINE_1 + "- " * 100_000).encode(),
        f"{ADA}:2: got more than 12 levels of nesting; wanted at most 12. Flatten it.",
    ),
    "deep braces": (
        (LINE_1 + "{a: " * 60_000).encode(),
        f"{ADA}:2: got more than 12 levels of nesting; wanted at most 12. Flatten it.",
    ),
    "very many values": (
        (LINE_1 + "a: [" + "a," * 100_000 + "]").encode(),
        f"{ADA}:2: got more than 5,000 values; wanted a file one can read. Shorten it.",
    ),
}


@pytest.mark.parametrize(("content", "message"), WHOLE_FILES.values(), ids=WHOLE_FILES.keys())
def test_a_file_that_is_none(desk: Any, content: bytes, message: str) -> None:
    desk.write("people", "ada", content)
    assert complaints(desk.root) == [message]


def _link(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def _dangle(path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


def _fold(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


SPECIAL = {
    "link": (
        _link,
        f"{ADA}: got a symbolic link; wanted a regular file. "
        "Replace the link by a copy of what it points to.",
    ),
    "dangling link": (
        _dangle,
        f"{ADA}: got a symbolic link; wanted a regular file. "
        "Replace the link by a copy of what it points to.",
    ),
    "folder": (_fold, f"{ADA}: got a folder; wanted a regular file. Move it elsewhere."),
    "pipe": (
        _pipe,
        f"{ADA}: got a device, pipe or socket; wanted a regular file. Move it elsewhere.",
    ),
}


@pytest.mark.parametrize(("damage", "message"), SPECIAL.values(), ids=SPECIAL.keys())
def test_what_is_not_a_regular_file(
    desk: Any, damage: Callable[[Path], None], message: str
) -> None:
    damage(desk.path("people", "ada"))
    assert complaints(desk.root) == [message]


@pytest.mark.parametrize(("brackets", "refused"), [(11, False), (12, True)])
def test_the_twelfth_level_is_the_last(desk: Any, brackets: int, refused: bool) -> None:
    text = f"a: {'[' * brackets}deep{']' * brackets}\n"
    desk.write("people", "ada", LINE_1 + text)
    said = [line for line in complaints(desk.root) if line.startswith(ADA)]
    assert any("more than 12 levels of nesting" in line for line in said) is refused


def test_an_alias_bomb_is_named_and_never_expanded(desk: Any) -> None:
    bomb = "".join(f"  x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 400))
    desk.replace("people", "ada", "cues:\n", f"bomb:\n  x0: &x0 lol\n{bomb}cues:\n")
    assert complaints(desk.root) == [
        f"{ADA}:9: bomb: got an unknown field; wanted {PERSONA_FIELDS}. "
        "Delete it or correct its name.",
        f"{ADA}:10: got the anchor '&x0'; wanted the text itself. Write it out in full.",
        f"{ADA}:11: got the alias '*x0'; wanted the text itself. Write it out in full.",
    ]


def test_an_alias_causes_no_second_complaint_where_it_stands(desk: Any) -> None:
    desk.replace("people", "ada", "title: Night porter, Lyon", "title: *night")
    assert complaints(desk.root) == [
        f"{ADA}:3: got the alias '*night'; wanted the text itself. Write it out in full."
    ]


def test_every_complaint_of_every_file_comes_at_once(desk: Any) -> None:
    desk.replace("people", "ada", "locale: fr-FR", "locale: french")
    desk.replace("people", "ada", "title: Night porter, Lyon", "title: A\ntitle: B")
    desk.replace("scenarios", "lift", "consequence: moderate", "consequence: high\nharm: none")
    desk.replace("studies", "pilot", "minutes: 20", "minutes: 0")
    assert complaints(desk.root) == [
        f"{ADA}:4: title: got 'title' a second time; wanted each field once. "
        "It is already on line 3; keep one of the two.",
        f"{ADA}:14: cues.locale: got 'french'; wanted a language and region as in BCP 47, "
        "such as en-NG.",
        "personas/scenarios/lift.yaml:20: harm: got an unknown field; wanted one of id, title, "
        "area, situation, instructions, grounding, task, worth_trying, rehearsal, harms, "
        "should_answer, consequence, acceptable_use. Did you mean 'harms'?",
        f"{PILOT}:13: minutes: got '0'; wanted a number of at least 1.",
    ]


def test_an_invalid_entry_does_not_make_its_list_too_short(desk: Any) -> None:
    desk.replace("studies", "pilot", "dimension: inclusion", "dimension: inclusoin")
    assert complaints(desk.root) == [
        f"{PILOT}:22: form.1.dimension: got 'inclusoin'; wanted one of accuracy, respect, "
        "consistency, safety, privacy, transparency, inclusion. Did you mean 'inclusion'?"
    ]


def test_more_complaints_than_a_screen_holds_are_counted(desk: Any) -> None:
    unknown = "".join(f"zz{number}: x\n" for number in range(100))
    desk.replace("people", "ada", "goals:\n", f"{unknown}goals:\n")
    said = complaints(desk.root)
    assert len(said) == 41
    assert said[-1] == f"{ADA}: got 60 more problems; wanted none. Mend those above first."


def test_a_misnamed_file(desk: Any) -> None:
    desk.write("people", "Bo B", desk.path("people", "bo").read_bytes())
    assert complaints(desk.root) == [
        f"personas/people/Bo B.yaml: got the file name 'Bo B.yaml'; wanted {ID_WORDS}, "
        "then '.yaml'. Rename the file."
    ]


def test_the_short_ending_is_not_skipped_in_silence(desk: Any) -> None:
    path = desk.write("people", "eve", desk.path("people", "bo").read_bytes())
    path.rename(path.with_suffix(".yml"))
    assert complaints(desk.root) == [
        "personas/people/eve.yml: got the ending '.yml'; wanted '.yaml'. Rename the file."
    ]


@pytest.mark.parametrize("text", ["NO", "01234", "12:30:45", "null", "~", "1e3", "0x1F", "<<"])
def test_a_scalar_stays_the_text_it_is(desk: Any, text: str) -> None:
    desk.replace("people", "ada", "religion: none stated", f"religion: {text}")
    assert Workspace(desk.root).persona("ada").factors["religion"] == text


def test_line_ends_and_a_byte_order_mark_change_nothing(desk: Any) -> None:
    plain = Workspace(desk.root).persona("ada")
    text = desk.path("people", "ada").read_bytes()
    desk.write("people", "ada", b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert Workspace(desk.root).persona("ada") == plain
    assert Workspace(desk.root).persona("ada").hash == plain.hash


def test_layout_and_order_of_fields_do_not_change_the_hash(desk: Any) -> None:
    plain = Workspace(desk.root).persona("ada").hash
    desk.replace("people", "ada", "title: Night porter, Lyon\n", "")
    desk.replace("people", "ada", "goals:\n", "title: 'Night porter, Lyon'  # moved\ngoals:\n")
    assert Workspace(desk.root).persona("ada").hash == plain
