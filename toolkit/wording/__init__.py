"""Wording: names and grammar, the words a text is made of, and those that tell who it is about.

A **Slot** is a place in a prompt that a persona's cue fills; articles, verbs and pronouns agree
with it. The **identity lexicon** is one versioned list of words by protected characteristic. A
**Phrase** is found in a text by a **PhraseMatcher**, in any script; **cue_phrases** are those that
tell of one persona. A **CueMask** hides them. The linter, blind raters, drafts and the distance of
texts all look for the same phrases.
"""

from toolkit.wording.articles import article
from toolkit.wording.cue_mask import CueMask
from toolkit.wording.lexicon import GENDERED, LexiconEntry, any_of, entries, ordinary
from toolkit.wording.mask_marks import MARKS, SLOT_MARKS
from toolkit.wording.name_forms import is_word_too, respelled, split_name
from toolkit.wording.persona_cues import (
    WORD,
    cue_phrases,
    lexicon_matcher,
    lexicon_phrases,
    name_parts,
    phrases_of,
    pronoun_phrases,
    two_words,
)
from toolkit.wording.phrase_matcher import Found, Phrase, PhraseMatcher, with_marks
from toolkit.wording.pronouns import (
    CASES,
    PLURAL_PRONOUNS,
    PLURAL_WORDS,
    PRONOUN_FORMS,
    SINGULAR_WORDS,
)
from toolkit.wording.sensitive_text import INVISIBLE, KEY, Sensitive, sensitive_parts
from toolkit.wording.sentences import begins_sentence
from toolkit.wording.slots import DIALECT, FIXED, NAMES, SAMPLES, STATING, Slot, slots_in
from toolkit.wording.tokens import folded, is_cased
from toolkit.wording.verbs import AUXILIARIES, MODALS, PLURAL, SINGULAR, both_forms

__all__ = [
    "AUXILIARIES",
    "CASES",
    "CueMask",
    "DIALECT",
    "FIXED",
    "Found",
    "GENDERED",
    "INVISIBLE",
    "KEY",
    "LexiconEntry",
    "MARKS",
    "MODALS",
    "NAMES",
    "PLURAL",
    "PLURAL_PRONOUNS",
    "PLURAL_WORDS",
    "PRONOUN_FORMS",
    "Phrase",
    "PhraseMatcher",
    "SAMPLES",
    "SINGULAR",
    "SINGULAR_WORDS",
    "SLOT_MARKS",
    "STATING",
    "Sensitive",
    "Slot",
    "WORD",
    "any_of",
    "article",
    "begins_sentence",
    "both_forms",
    "cue_phrases",
    "entries",
    "folded",
    "is_cased",
    "is_word_too",
    "lexicon_matcher",
    "lexicon_phrases",
    "name_parts",
    "ordinary",
    "phrases_of",
    "pronoun_phrases",
    "respelled",
    "sensitive_parts",
    "slots_in",
    "split_name",
    "two_words",
    "with_marks",
]
