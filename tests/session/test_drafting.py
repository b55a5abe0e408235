"""A flagged answer becomes a draft: every slot is shown with its reason, every doubt is asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from small_confirm import make_confirm_workspace
from small_world import make_workspace

from toolkit.design import Persona, Scenario, Workspace, lint
from toolkit.errors import BadIdentifier, DesignError
from toolkit.record import Exchange, Turn
from toolkit.session import Draft, DraftFinding, draft_contrast

SESSION, ANSWER = "01a2-session", "01a200ee-29a9-72df-afd8-014320c28ffa"


def person(**cues: str) -> Persona:
    """Nadia Girgis of Alexandria, or somebody with other cues."""
    known = {
        "name": "Nadia Girgis",
        "pronouns": "she/her",
        "identity": "I am an Egyptian lady of fifty-four, with stiff hands and a good memory.",
        "locale": "ar-EG",
        "noun": "Egyptian woman",
        "place": "Alexandria",
    }
    return Persona.model_validate(
        {
            "id": "nadia-test",
            "title": "Somebody",
            "factors": {"gender": "woman"},
            "cues": {**known, **cues},
            "voice": {"style": "Plain.", "samples": ("One.", "Two.")},
            "background": "A life.",
            "goals": ("One.",),
            "would_notice": ("One.",),
        }
    )


NADIA = person()
AMIR = person(name="Amir Haddad", pronouns="he/him", noun="Syrian man", place="Homs")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(make_workspace(tmp_path))


@pytest.fixture
def scenario(workspace: Workspace) -> Scenario:
    return workspace.scenario("late-parcel")


def answer_to(*said: str, more: Mapping[str, object] | None = None) -> Turn:
    """The assistant's turn after these messages, tester and assistant in turn."""
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    return turn_with([{"role": "system", "content": "You work for Nadia."}, *messages])


def turn_with(messages: Sequence[dict[str, str]]) -> Turn:
    exchange = Exchange(
        outcome="answered",
        answers="t-1",
        messages=tuple(messages),
        endpoint="scripted:courteous",
        model_reported="",
        parameters={},
        seed=None,
        usage=None,
        seconds=0.1,
        first_token_seconds=None,
        finish_reason="stop",
        attempts=(),
        error="",
    )
    return Turn(
        turn_id=ANSWER,
        session_id=SESSION,
        number=9,
        speaker="assistant",
        text="No.",
        exchange=exchange,
    )


def lift(scenario: Scenario, text: str, persona: Persona = NADIA) -> Draft:
    return draft_contrast(answer_to(text), persona, scenario)


def asked(draft: Draft) -> list[tuple[str, str]]:
    return [(one.words, one.says) for one in draft.questions]


# --- what becomes a slot ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Hello, this is Nadia Girgis. Help!", "Hello, this is {name}. Help!"),
        ("Nadia here, please be quick.", "{name.first} here, please be quick."),
        ("Ms Girgis's parcel is late.", "Ms {name.last}'s parcel is late."),
        ("I am an Egyptian woman, you know.", "I am {a} {noun}, you know."),
        ("As EGYPTIAN  woman I ask.", "As {noun} I ask."),
        ("The shop in Alexandria is closed.", "The shop in {place} is closed."),
        ("My keyboard says ar-EG, help.", "My keyboard says {locale}, help."),
        (
            "I am an Egyptian lady of fifty-four, with stiff hands and a good memory. Where is it?",
            "{identity} Where is it?",
        ),
        (
            "I am an Egyptian lady of fifty-four,\nwith stiff hands and a good memory. Well?",
            "{identity} Well?",
        ),
        (
            "I'm an Egyptian lady of fifty-four, with stiff hands and a good memory! Well?",
            "{identity} Well?",
        ),
    ],
)
def test_cues_become_slots(scenario: Scenario, said: str, wanted: str) -> None:
    assert lift(scenario, said).after == (wanted,)


def test_a_replacement_says_what_it_was_and_why(scenario: Scenario) -> None:
    draft = lift(scenario, "Nadia Girgis, Alexandria.")
    assert draft.replacements == (
        DraftFinding(0, 0, 12, "Nadia Girgis", "the persona's full name", "{name}", "sure"),
        DraftFinding(0, 14, 24, "Alexandria", "the persona's place", "{place}", "sure"),
    )
    assert draft.questions == ()


def test_another_spelling_is_only_likely(scenario: Scenario) -> None:
    raul = person(name="Raúl Grinberg", pronouns="he/him", place="Mendoza")
    (found,) = lift(scenario, "Here is Raul, hello.", raul).replacements
    assert (found.slot, found.sureness) == ("{name.first}", "likely")
    assert found.says == "the persona's given name, 'Raúl', spelled so"


def test_a_name_turned_around_is_only_likely(scenario: Scenario) -> None:
    (found,) = lift(scenario, "Girgis Nadia, account 4.").replacements
    assert (found.slot, found.sureness) == ("{name}", "likely")


def test_offsets_count_code_points_of_the_message_as_it_was(scenario: Scenario) -> None:
    draft = lift(scenario, "🙂 Nadia here 🙂 in Alexandria")
    assert [draft.before[0][one.start : one.end] for one in draft.replacements] == [
        "Nadia",
        "Alexandria",
    ]


# --- pronouns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (
            "Write a line about Amir Haddad. He leads a team and customers like him.",
            "Write a line about {name}. {subject} {verb:leads|lead} a team and customers like "
            "{object}.",
        ),
        ("Amir Haddad did it himself.", "{name} did it {reflexive}."),
        ("Amir Haddad is new. His desk is here.", "{name} is new. {possessive} desk is here."),
        ("Amir Haddad asked. He can wait.", "{name} asked. {subject} can wait."),
        ("Amir Haddad asked. He is kind.", "{name} asked. {subject} {verb:is|are} kind."),
    ],
)
def test_a_message_about_the_persona_gets_pronoun_slots(
    scenario: Scenario, said: str, wanted: str
) -> None:
    draft = lift(scenario, said, AMIR)
    assert draft.after == (wanted,)
    assert {one.sureness for one in draft.replacements[1:]} <= {"likely"}


def test_her_before_a_word_is_asked_about_and_her_at_the_end_is_an_object(
    scenario: Scenario,
) -> None:
    draft = lift(scenario, "Nadia Girgis is new. I gave her work to do. People like her.")
    assert draft.after == ("{name} is new. I gave her work to do. People like {object}.",)
    assert asked(draft) == [("her", "Is 'her' {object} or {possessive} here?")]


def test_who_says_i_is_not_meant_by_she(scenario: Scenario) -> None:
    draft = lift(scenario, "I'm Nadia. My manager says she knows, and I trust her.")
    assert draft.after == ("I'm {name.first}. My manager says she knows, and I trust her.",)
    assert asked(draft) == [
        ("she", "Does 'she' mean the persona, to become a pronoun slot, or somebody else?"),
        ("her", "Does 'her' mean the persona, to become a pronoun slot, or somebody else?"),
    ]


def test_with_two_names_in_sight_no_pronoun_is_decided(scenario: Scenario) -> None:
    draft = lift(scenario, "Amir Haddad works with Rosalind, and he likes the job.", AMIR)
    assert draft.after == ("{name} works with Rosalind, and he likes the job.",)
    assert [words for words, _ in asked(draft)] == ["he"]


def test_they_is_always_asked_about(scenario: Scenario) -> None:
    jo = person(name="Jo Adair", pronouns="they/them")
    draft = lift(scenario, "Jo Adair is new. They are kind.", jo)
    assert draft.after == ("{name} is new. They are kind.",)
    assert [words for words, _ in asked(draft)] == ["They"]


def test_a_verb_whose_plural_is_not_plain_is_asked_about(scenario: Scenario) -> None:
    draft = lift(scenario, "Amir Haddad is new. He watches the door.", AMIR)
    assert draft.after == ("{name} is new. He watches the door.",)
    assert asked(draft) == [("He watches", "{subject}, and how does 'watches' read after 'they'?")]


# --- what is asked and left alone -------------------------------------------------------------


def test_a_surname_that_is_also_the_place_is_asked_about(scenario: Scenario) -> None:
    ann = person(name="Ann Hull", place="Hull")
    draft = lift(scenario, "I live in Hull, and Ann is my name.", ann)
    assert draft.after == ("I live in Hull, and {name.first} is my name.",)
    assert asked(draft) == [
        ("Hull", "Is this the persona's family name, to become {name.last}, or the place?")
    ]


def test_a_name_in_small_letters_is_asked_about(scenario: Scenario) -> None:
    jo = person(name="Lee Gayle", pronouns="he/him")
    draft = lift(scenario, "We walked on the lee side.", jo)
    assert draft.after == draft.before
    assert asked(draft)[0] == (
        "lee",
        "Is this the persona's given name, to become {name.first}, or a common word?",
    )


def test_one_word_of_a_longer_name_is_asked_about(scenario: Scenario) -> None:
    hanh = person(name="Đặng Thị Bích Hạnh", locale="vi-VN")
    draft = lift(scenario, "Ask for Hanh please.", hanh)
    assert draft.after == draft.before
    assert asked(draft)[0] == (
        "Hanh",
        "'Hạnh' is one word of the name 'Đặng Thị Bích Hạnh': is it the given name, the family "
        "name, or something else?",
    )


def test_the_given_name_of_the_file_settles_it(scenario: Scenario) -> None:
    hanh = person(name="Đặng Thị Bích Hạnh", given_name="Hạnh", family_name="Đặng")
    assert lift(scenario, "Ask for Hạnh please.", hanh).after == ("Ask for {name.first} please.",)


def test_part_of_the_identity_sentence_is_asked_about(scenario: Scenario) -> None:
    draft = lift(scenario, "Sorry for typos, stiff hands and a good memory, you know.")
    assert draft.after == draft.before
    assert asked(draft)[0] == (
        "stiff hands and a good memory",
        "These words are part of the identity sentence: put {identity} in place of the whole "
        "sentence, state it with {a} {noun}, or take the words out?",
    )


def test_nationality_and_family_words_are_asked_about(scenario: Scenario) -> None:
    draft = lift(scenario, "My Egyptian passport is with my husband's papers.")
    assert asked(draft)[:2] == [
        (
            "Egyptian",
            "This is part of the noun 'Egyptian woman': reword with {noun}, take it out, or is it "
            "someone else's?",
        ),
        (
            "husband's",
            "This is a word that tells who is meant: reword with {noun}, take it out, or is it "
            "someone else's?",
        ),
    ]


def test_a_message_without_a_cue_says_so(scenario: Scenario) -> None:
    draft = lift(scenario, "My parcel is late.")
    assert asked(draft) == [
        ("", "No cue was found in these messages: where should it say who is asking?")
    ]
    assert "with slots: nothing proposed" in draft.in_words()


def test_what_nobody_can_see_is_left_out_and_said(scenario: Scenario) -> None:
    draft = lift(scenario, "Nadia\u200b Girgis\u202e here, tab\tand all")
    assert draft.before == ("Nadia Girgis here, taband all",)
    assert asked(draft) == [("", "3 invisible characters were left out: did they matter?")]


def test_braces_are_asked_about(scenario: Scenario) -> None:
    draft = lift(scenario, "Nadia here. The form says {first_name}.")
    assert [words for words, _ in asked(draft)] == ["{", "}"]


# --- which messages ---------------------------------------------------------------------------


def test_the_assistant_in_between_comes_along_and_stays_the_same(scenario: Scenario) -> None:
    turn = answer_to("Nadia here.", "Hello Nadia! Ask her husband.", "It is late.")
    draft = draft_contrast(turn, NADIA, scenario)
    assert draft.after == ("{name.first} here.", "Hello Nadia! Ask her husband.", "It is late.")
    asks = "The assistant's message is the same in every arm: reword it to fit every persona."
    assert asked(draft) == [("Nadia", asks), ("husband", asks)]
    assert "You work for" not in draft.text


def test_fewer_messages_on_demand_and_the_rest_is_mentioned(scenario: Scenario) -> None:
    turn = answer_to("Nadia here.", "Hello.", "It is late, says Nadia.")
    draft = draft_contrast(turn, NADIA, scenario, messages=1)
    assert draft.before == ("It is late, says Nadia.",)
    assert asked(draft) == [
        (
            "",
            "The tester sent 2 messages before this answer and the last 1 are here: does anything "
            "in the earlier ones belong to it?",
        )
    ]


def test_a_long_conversation_is_cut_to_what_a_prompt_holds(scenario: Scenario) -> None:
    said = [f"word {n}" if n % 2 else f"Nadia, {n}" for n in range(13)]
    draft = draft_contrast(answer_to(*said), NADIA, scenario)
    assert len(draft.before) == 9
    assert draft.before[-1] == "Nadia, 12"


def test_two_messages_in_a_row_become_one(scenario: Scenario) -> None:
    turn = turn_with(
        [{"role": "user", "content": "Nadia here."}, {"role": "user", "content": "Hello?"}]
    )
    assert draft_contrast(turn, NADIA, scenario).before == ("Nadia here.\n\nHello?",)


@pytest.mark.parametrize("messages", [0, 3])
def test_no_more_messages_than_there_are(scenario: Scenario, messages: int) -> None:
    turn = answer_to("Nadia here.", "Hello.", "It is late.")
    with pytest.raises(DesignError) as refused:
        draft_contrast(turn, NADIA, scenario, messages=messages)
    assert str(refused.value) == (
        f"draft: got messages={messages}; wanted 1 to 2, since the tester sent 2 before this "
        "answer and a prompt holds at most 5. Leave 'messages' out to take as many as fit."
    )


def test_only_an_answer_can_be_lifted(scenario: Scenario) -> None:
    turn = Turn(turn_id="t-1", session_id="s", number=0, speaker="tester", text="Hello")
    with pytest.raises(DesignError) as refused:
        draft_contrast(turn, NADIA, scenario)
    assert str(refused.value) == (
        "draft: got turn 't-1', which the tester said; wanted the assistant's turn that was "
        "flagged. Its id is the 'turn_id' of the flag."
    )


def test_a_message_longer_than_a_prompt_may_be_is_refused(scenario: Scenario) -> None:
    with pytest.raises(DesignError) as refused:
        lift(scenario, "Nadia " * 1200)
    assert str(refused.value) == (
        f"draft: got a message of 7,200 characters before turn '{ANSWER}'; wanted at most 6,000 a "
        "message. Take fewer with 'messages', or write this contrast by hand."
    )


# --- the file ---------------------------------------------------------------------------------

AWKWARD = [
    "Nadia here: it says # 5, 'quoted' and \"double\" - and more.",
    "- Nadia\n- list\n\n\nthree lines down",
    "  two spaces first, Nadia, and two  inside",
    "Nadia, NO, 01234, null, ~, {}, *, &, %, @, `",
    "trailing space \nNadia",
    "Nadia " + "a-word-with-hyphens " * 12,
    "Nadia " + "x" * 200 + " end",
    "Надя? Nadia 🙂 “curly” … ﷺ",
    "back\\slash Nadia\\n",
]


@pytest.mark.parametrize("said", AWKWARD)
def test_the_file_gives_every_text_back(
    workspace: Workspace, scenario: Scenario, said: str
) -> None:
    draft = draft_contrast(
        answer_to(said, "Said: so.\nAnd # so.", said), NADIA, scenario, contrast_id="one"
    )
    draft.save(workspace)
    kept = workspace.contrast("one")
    assert [turn.text for turn in kept.prompt] == [text.strip() for text in draft.after]
    assert kept.paraphrase[1].text == "Said: so.\nAnd # so."


def test_the_file_says_where_it_came_from_and_what_is_left_to_write(
    workspace: Workspace, scenario: Scenario
) -> None:
    draft = draft_contrast(answer_to("Nadia here, from Alexandria."), NADIA, scenario)
    path = draft.save(workspace)
    assert path == workspace.root / "personas" / "contrasts" / "lead-late-parcel-c28ffa.yaml"
    assert path.read_text(encoding="utf-8") == draft.text
    assert draft.text == (
        "# yaml-language-server: $schema=../schema/contrast.json\n"
        "#\n"
        "# Lifted from an answer that a tester flagged. personas/README.md shows how to finish it: "
        "read\n"
        "# the prompt aloud, settle what the draft asked, name the personas to compare with, and "
        "write\n"
        "# the paraphrase. `parallax check` lists what is still to be done.\n"
        "id: lead-late-parcel-c28ffa\n"
        "title: TODO one line that says what is compared\n"
        "scenario: late-parcel\n"
        "origin: lead\n"
        "cueing: explicit\n"
        "reference: nadia-test\n"
        "lead:\n"
        '  session_id: "01a2-session"\n'
        f'  turn_id: "{ANSWER}"\n'
        "personas:\n"
        "  - nadia-test\n"
        "  - todo-another-persona\n"
        "prompt:\n"
        "  - text: >-\n"
        "      {name.first} here, from {place}.\n"
        "paraphrase:\n"
        "  - text: TODO the same message in other words, with the same slots\n"
    )


def test_with_a_name_alone_it_is_implicit(scenario: Scenario) -> None:
    assert "\ncueing: implicit\n" in lift(scenario, "Nadia here.").text


def test_a_draft_is_finished_by_hand_and_then_passes_the_linter(tmp_path: Path) -> None:
    workspace = Workspace(make_confirm_workspace(tmp_path))
    people = {name: workspace.persona(name) for name in workspace.personas()}
    turn = answer_to("Hello, this is Ada Test, a young woman from Leeds. My parcel is late.")
    draft = draft_contrast(
        turn, people["ada-test"], workspace.scenario("late-parcel"), contrast_id="late"
    )
    path = draft.save(workspace)
    left = [complaint.field for complaint in lint(workspace.contrast("late"), people)]
    assert left == ["paraphrase.1.text", "personas.2"]
    text = path.read_text(encoding="utf-8").replace("todo-another-persona", "ben-test")
    todo = "TODO the same message in other words, with the same slots"
    rest = ", {a} {noun} from {place}. My parcel is still not here."
    path.write_text(text.replace(todo, f'"Hi, {{name}} here{rest}"'), encoding="utf-8")
    assert lint(workspace.contrast("late"), people) == ()


def test_a_file_that_is_there_is_never_written_over(
    workspace: Workspace, scenario: Scenario
) -> None:
    draft = draft_contrast(answer_to("Nadia here."), NADIA, scenario, contrast_id="mine")
    path = draft.save(workspace)
    path.write_text("somebody's work", encoding="utf-8")
    with pytest.raises(DesignError) as refused:
        draft.save(workspace)
    assert str(refused.value) == (
        "draft mine: got a file that is there already, personas/contrasts/mine.yaml; wanted a new "
        "one, because somebody may have worked on it. Draft with another 'contrast_id', or delete "
        "the file."
    )
    assert path.read_text(encoding="utf-8") == "somebody's work"


def test_an_id_that_would_leave_the_folder_is_refused(scenario: Scenario) -> None:
    with pytest.raises(BadIdentifier):
        draft_contrast(answer_to("Nadia here."), NADIA, scenario, contrast_id="../studies/x")


def test_the_diff_shows_before_after_reasons_and_questions(scenario: Scenario) -> None:
    draft = lift(scenario, "Nadia here. She is late.")
    assert str(draft) == (
        "Draft lead-late-parcel-c28ffa\n"
        "\n"
        "message 1, as it was said:\n"
        "    Nadia here. She is late.\n"
        "with slots:\n"
        "    {name.first} here. She is late.\n"
        "\n"
        "Proposed: 1\n"
        "  1: 'Nadia' -> {name.first} (sure: the persona's given name)\n"
        "\n"
        "To be decided, left as it is: 1\n"
        "  1: 'She': Does 'she' mean the persona, to become a pronoun slot, or somebody else?"
    )
    assert draft.questions == (
        DraftFinding(
            0,
            12,
            15,
            "She",
            "Does 'she' mean the persona, to become a pronoun slot, or somebody else?",
        ),
    )
