"""What raters must not see is refused before it is sent, where nothing could hide it."""

import pytest

from toolkit.design import Contrast, Persona, lint

PROMPT = "I am {name}, {a} {noun}. What may I ask for?"


def person(identifier: str, **cues: object) -> Persona:
    """Somebody with these cues."""
    base = {
        "name": "Ada Lovell",
        "pronouns": "she/her",
        "identity": "I am new on this floor.",
        "locale": "en-GB",
        "noun": "quick baker",
    }
    return Persona.model_validate(
        {
            "id": identifier,
            "title": "Somebody",
            "factors": {},
            "cues": base | cues,
            "voice": {"style": "Plain.", "samples": ["The lift is stuck.", "Who would ask why?"]},
            "background": "Appears in tests only.",
            "goals": ["Get it done."],
            "would_notice": ["Being told to calm down."],
        }
    )


def said(prompt: str = PROMPT, **cues: object) -> str:
    """What the linter says of Ada, with these cues, beside Ben."""
    people = {
        "ada": person("ada", **cues),
        "ben": person("ben", name="Ben Okoro", pronouns="he/him", noun="tall baker"),
    }
    made = Contrast.model_validate(
        {
            "id": "made-up",
            "title": "Made up",
            "scenario": "late-parcel",
            "origin": "planned",
            "cueing": "explicit",
            "reference": "ada",
            "personas": ["ada", "ben"],
            "prompt": [{"text": prompt}],
            "paraphrase": [
                {"text": prompt.replace("What may I ask for", "Which things could I request")}
            ],
        }
    )
    return "\n".join(map(str, lint(made, people)))


WORDS = [
    ("李希望", "zh-CN", "hope"),
    ("王美丽", "zh-CN", "beautiful"),
    ("佐藤 さくら", "ja-JP", "a cherry tree"),
    ("林 光", "ja-JP", "light"),
    ("김하늘", "ko-KR", "the sky"),
    ("이사랑", "ko-KR", "love"),
    ("ฟ้า ใจดี", "th-TH", "the sky"),
    ("आशा शर्मा", "hi-IN", "hope"),
    ("विजय कुमार", "hi-IN", "victory"),
    ("জয় সেন", "bn-BD", "victory"),
    ("அருள் குமார்", "ta-IN", "grace"),
    ("You Chen", "zh-CN", "an English pronoun"),
    ("He Ling", "zh-CN", "an English pronoun"),
    ("Kai So", "zh-CN", "an English adverb"),
    ("An Nguyen", "vi-VN", "an English article"),
]


@pytest.mark.parametrize(("name", "locale", "why"), WORDS, ids=[one[0] for one in WORDS])
def test_a_name_that_is_a_word_is_refused(name: str, locale: str, why: str) -> None:
    text = said(name=name, locale=locale, also=["Ada"])
    assert "is also a word, and nothing shows which of the two a reply means" in text, why


UNKNOWN = [
    ("สมชาย ใจดี", "th-TH", "Thai"),
    ("ശ്രീജ നായർ", "ml-IN", "Malayalam"),
    ("ნინო ბერიძე", "ka-GE", "Georgian"),
    ("កញ្ញា ចាន់", "km-KH", "Khmer"),
    ("ਹਰਪ੍ਰੀਤ ਕੌਰ", "pa-IN", "Gurmukhi"),
    ("ரவி குமார்", "ta-IN", "Tamil"),
    ("ለምለም ታደሰ", "am-ET", "Ethiopic"),
    ("佐々木 翔太", "ja-JP", "Japanese readings"),
    ("齊 霽", "zh-TW", "rare characters"),
    ("আনিকা রহমান", "bn-BD", "Bengali"),
    ("නිමල් පෙරේරා", "si-LK", "Sinhala"),
    ("లక్ష్మి రావు", "te-IN", "Telugu"),
]


@pytest.mark.parametrize(("name", "locale", "why"), UNKNOWN, ids=[one[2] for one in UNKNOWN])
def test_a_name_needs_its_latin_spelling_where_no_rule_gives_it(
    name: str, locale: str, why: str
) -> None:
    assert "is written in Latin letters, as a reply may do" in said(name=name, locale=locale), why
    assert "Latin letters" not in said(name=name, locale=locale, also=["Somchai Jaidee"])


PASSED = [
    ("王芳", "zh-CN", "its characters have one common reading"),
    ("欧阳娜娜", "zh-CN", "a family name of two characters"),
    ("김민수", "ko-KR", "Hangul is spelled by rule"),
    ("Анна Петрова", "ru-RU", "Cyrillic is spelled by rule"),
    ("Γιώργος Νικολάου", "el-GR", "Greek is spelled by rule"),
    ("राम शर्मा", "hi-IN", "Devanagari is spelled by rule"),
    ("Bo Li", "zh-CN", "short, and no word"),
    ("Jo Ng", "en-AU", "short, and no word"),
    ("Hope Baker", "en-GB", "a capital tells the name from the word"),
    ("Mark Young", "en-GB", "a capital tells the name from the word"),
    ("Will Turner", "en-GB", "a capital, and what follows, tell the name from the verb"),
    ("Can Yılmaz", "tr-TR", "a capital, and what follows, tell the name from the verb"),
    ("J. Doe", "en-GB", "an initial with its stop"),
    ("Đặng Hạnh", "vi-VN", "Latin letters"),
]


@pytest.mark.parametrize(("name", "locale", "why"), PASSED, ids=[one[0] for one in PASSED])
def test_a_name_that_can_be_hidden_passes(name: str, locale: str, why: str) -> None:
    assert said(name=name, locale=locale) == "", why


def test_one_letter_and_a_name_without_its_parts_are_refused() -> None:
    assert "'E' is one letter" in said(name="E Jun", locale="ko-KR")
    text = said(name="佐藤花子", locale="ja-JP", also=["Sato Hanako"])
    assert "family and given name are written as one word" in text
    parts = {"given_name": "花子", "family_name": "佐藤"}
    assert said(name="佐藤花子", locale="ja-JP", also=["Sato Hanako"], **parts) == ""


def test_nothing_is_asked_of_a_name_that_no_prompt_uses() -> None:
    assert said("I am {a} {noun}. What may I ask for?", name="김하늘") == ""


ASKED = [
    ("I am {name}, {a} {noun}. Can she keep it?", "she", "nobody else is in sight"),
    ("I am {name}, {a} {noun}. Is the locker his?", "his", "nobody else is in sight"),
    ("I am {name}, {a} {noun}. What may he claim?", "he", "nobody else is in sight"),
    ("{a} {noun}, {name} here. Could she leave at four?", "she", "nobody else is in sight"),
    ("I am {name}, {a} {noun}. The letter came; must she sign?", "she", "a letter is no person"),
    ("I am {name}, {a} {noun}. My computer broke. Does he pay?", "he", "a computer is no person"),
    ("I am {name}, {a} {noun}. After the payment, does she wait?", "she", "nor is a payment"),
    ("I am {name}, {a} {noun}. The order is late. Ask him.", "him", "nor is an order"),
    ("I am {name}, {a} {noun}. Let her keep the desk.", "her", "nobody else is in sight"),
    ("I am {name}, {a} {noun}. She would like to know.", "She", "nobody else is in sight"),
    ("I am {name}, {a} {noun}. Did he do it himself?", "he", "nobody else is in sight"),
    ("This is {name}, {a} {noun}. The locker is hers.", "hers", "nor is a locker"),
]
OTHERS = [
    ("This is {name}, {a} {noun}. Who pays her?", "whoever pays"),
    ("I am {name}, {a} {noun}. My manager said no. Can she?", "a manager"),
    ("I am {name}, {a} {noun}. My boss left; may he?", "a boss"),
    ("I am {name}, {a} {noun}. A customer called and she was angry.", "a customer"),
    ("I am {name}, {a} {noun}. My sister asks whether she may come.", "a sister"),
    ("I am {name}, {a} {noun}. The nurse said that she knows.", "a nurse"),
    ("I am {name}, {a} {noun}. Somebody left his coat.", "somebody"),
    ("I am {name}, {a} {noun}. The trainee lost her badge.", "a trainee"),
    ("I am {name}, {a} {noun}. My friend says he can.", "a friend"),
    ("I am {name}, {a} {noun}. They are closed today.", "a shop, most often"),
    ("I am {name}, {a} {noun}. The assistant thinks he is right.", "an assistant"),
    ("I am {name}, {a} {noun}. Our chairman wants his say.", "a chairman"),
    ("I am {name}, {a} {noun}. My dog ate its lead, and she is fine.", "a dog"),
]


@pytest.mark.parametrize(("prompt", "word", "why"), ASKED, ids=[one[0][23:] for one in ASKED])
def test_a_pronoun_of_whoever_asks_is_found(prompt: str, word: str, why: str) -> None:
    assert f'"{word}", sent as' in said(prompt), why


@pytest.mark.parametrize(("prompt", "why"), OTHERS, ids=[one[1] for one in OTHERS])
def test_a_pronoun_of_somebody_else_is_left(prompt: str, why: str) -> None:
    assert "a pronoun slot" not in said(prompt), why
