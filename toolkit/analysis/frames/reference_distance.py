"""Text distance of each reply to those for the reference: one number a reply.

A reply to the reference is held against the others to it. So the average of the reference's replies
is the distance within them, and that of another arm's the distance between both. The difference is
0 on average when both arms draw from the same replies, however much those vary.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.analysis.text_distance import distance, grams, masking


def reference_distances(replies: pd.DataFrame, words: Sequence[str]) -> "pd.Series[float]":
    """Average the Jaccard distances of each reply to the reference's of its contrast and endpoint.

    Args:
        replies: the frame ``replies``; only what was answered and kept is compared.
        words: those that carry personas, masked in every text before it is compared.

    Returns:
        One number a row of ``replies``, 0 to 1; missing where there is nothing to compare.
    """
    mask = masking(words)
    rows = replies[replies["apart"].isna() & replies["text"].notna()]
    taken = {at: grams(mask(text)) for at, text in rows["text"].items()}
    found = {}
    for _, part in rows.groupby(["contrast_id", "endpoint_alias"], observed=True):
        base = part.index[part["arm"].eq("reference")]
        for at in part.index:
            apart = [distance(taken[at], taken[other]) for other in base if other != at]
            found[at] = float(np.mean(apart)) if apart else np.nan
    return pd.Series(found, dtype="float64").reindex(replies.index)
