"""Rules on names: what raters must not see has to be told from every other word."""

from collections.abc import Iterator

from toolkit.design.contrasts.linter.lint_context import LintContext, LintFault
from toolkit.design.personas import Persona
from toolkit.wording import NAMES, folded, is_cased, is_word_too, ordinary, respelled, split_name

_OTHER = "Choose another name: raters would see it, or miss the word."
_LATIN = "Add that spelling under 'cues', in a list 'also'."


def name_that_cannot_be_hidden(ctx: LintContext) -> Iterator[LintFault]:
    """A name in a prompt that could not be told from a word, or is not known in Latin letters."""
    if not ctx.slots & set(NAMES):
        return
    for persona_id, person in ctx.people.items():
        listed = ctx.contrast.names.get(persona_id)
        for name in listed.listed if listed else (person.cues.name,):
            place = ("names", persona_id) if listed else ctx.place_of(persona_id)
            for got, wanted, hint in _problems(name, person):
                yield LintFault(place, f"{name!r} as a name of {persona_id}: {got}", wanted, hint)


def _problems(name: str, person: Persona) -> Iterator[tuple[str, str, str]]:
    words = ordinary("function")
    for part in split_name(name):
        if is_cased(part[0]) and len(folded(part)) == 1 and not part.endswith("."):
            yield f"{part!r} is one letter", "a name that can be found in a reply", _OTHER
        elif is_word_too(part) or folded(part) in words:
            got = f"{part!r} is also a word, and nothing shows which of the two a reply means"
            yield got, "a name that can be hidden from raters without that word", _OTHER
        elif not (is_cased(part[0]) or respelled(part) or any(map(str.isascii, person.cues.also))):
            got = f"nothing says how {part!r} is written in Latin letters, as a reply may do"
            yield got, "a spelling in Latin letters", _LATIN
    cues = person.cues
    one_word = cues.locale.startswith("ja") and len(name.split()) == 1
    if one_word and not (name == cues.name and cues.given_name):
        wanted = "to know which part is which, as replies use one of them"
        hint = "Put a space between, or add 'given_name' and 'family_name' under 'cues'."
        yield "family and given name are written as one word", wanted, hint


RULES = (name_that_cannot_be_hidden,)
