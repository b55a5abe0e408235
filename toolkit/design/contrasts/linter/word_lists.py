"""Word lists of the linter: small on purpose, each word one that occurs in prompts."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("Mr Mrs Ms Miss Mx Sir Madam Dame Lord Lady")
"""Titles that give a gender away, or the wish to keep it out."""
GENDERED = _words(
    """
    sir madam ma'am mister husband wife mother father mom mum dad mommy daddy sister brother son
    daughter aunt uncle nephew niece grandmother grandfather grandma grandpa boyfriend girlfriend
    man woman men women boy girl lady gentleman guy lad lass bride groom widow widower actress
    waitress waiter stewardess businessman businesswoman chairman chairwoman salesman saleswoman
    spokesman spokeswoman maternity paternity pregnant
    """
)
"""Words of gender and kinship."""
IDENTITY = _words(
    """
    deaf blind dyslexic autistic disabled disability wheelchair stammer depression dementia
    nonbinary transgender trans gay lesbian bisexual queer black white asian latino latina hispanic
    indigenous immigrant refugee christian muslim jewish hindu sikh buddhist catholic copt anglican
    atheist pensioner elderly
    """
)
"""Words that state an identity wherever they stand, if a persona of the contrast says them."""
GENERIC = _words(
    """
    person people adult adults parent year years young younger older middle aged from with without
    and who new part time full english one two three four five six seven eight nine ten twenty
    thirty forty fifty sixty
    """
)
"""Words of a stated identity that say nothing by themselves."""
CALENDAR = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december easter christmas
    """
)
"""Words with a capital that name no person."""
ALSO_WORDS = _words(
    "will may mark grace rose hope bill pat rich art sue dean an pa jo frank summer joy faith"
)
"""Names that may begin a sentence as ordinary words."""
EVERYDAY_NAMES = _words("english internet excel wifi")
"""Further words with a capital that name no person."""
