"""What is said where clusters are too few to generalize over, and what would be enough."""

from toolkit.analysis.engine import FEWEST_CLUSTERS


def too_few(who: str, *, scenarios: int | None = None, raters: int | None = None) -> str:
    """Say why nothing generalizes, and what would make it possible; empty where there is enough.

    Args:
        who: whom or what it is about, as the sentence begins.
        scenarios: how many contribute; None: nothing generalizes over scenarios.
        raters: how many contribute; None: no rater judged.
    """
    counts = {"seen in {} scenario": scenarios, "judged by {} rater": raters}
    few = {name: n for name, n in counts.items() if n is not None and n < FEWEST_CLUSTERS}
    if not few:
        return ""
    seen = " and ".join(name.format(n) + "s" * (n != 1) for name, n in few.items())
    kinds = " and ".join(f"{name.split()[-1]}s" for name in few)
    return (
        f"{who} was {seen} only: this cannot generalize over {kinds}, so there is no interval, no "
        f"p-value and no verdict. It takes at least {FEWEST_CLUSTERS} {kinds}."
    )
