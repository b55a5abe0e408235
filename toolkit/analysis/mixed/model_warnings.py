"""Sentences on what stands in the way of a mixed model."""

from collections.abc import Sequence

LARGEST_DEVIATION = 30.0
"""On the logit scale; beyond it every level answers in one way only."""


_NOTES = {
    "boundary": "The standard deviation of {name} is estimated as 0: no more variation is seen "
    "than chance gives.",
    "single": "The factor {name} has one level, so how it varies cannot be told; it is left out "
    "of the model, and no p-value is given, because nothing generalizes over {name}.",
    "same": "The factor {name} parts the data just as {other} does, so the two cannot be told "
    "apart; {name} is left out of the model.",
    "saturated": "The factor {name} has one observation a level, so it cannot be told from the "
    "residual; it is left out of the model.",
    "explained": "The columns of the formula already tell every level of {name} apart, so how it "
    "varies cannot be told; it is left out of the model, and no p-value is given, because "
    "nothing generalizes over {name}.",
    "runaway": "The standard deviation of {name} has no finite estimate, because its levels "
    "nearly always answer in one way; intervals and p-values of this model are not to be used.",
    "unconverged": "The fit did not converge: its numbers are not to be used. Take out random "
    "factors or terms that few observations speak to.",
    "unused": "{name}: no observation has {other}; nothing is said about what nobody saw.",
    "aliased": "The column {name} adds nothing to those before it, so it has no coefficient: the "
    "data do not hold every combination of the formula.",
}


def note(what: str, name: str = "", other: str = "") -> str:
    """Say what stands in the way of a model.

    Args:
        what: a key of the sentences above.
        name: the factor or column that it is about.
        other: the factor that stays, or the levels that nobody has.
    """
    return _NOTES[what].replace("{name}", name).replace("{other}", other)


def separated_note(names: Sequence[str]) -> str:
    """Say which coefficients have no finite estimate."""
    many = len(names) > 1
    return (
        f"{'The coefficients' if many else 'The coefficient'} of {', '.join(names)} "
        f"{'have' if many else 'has'} no finite estimate, because the answers there fall wholly "
        "on one side; no interval and no p-value is given."
    )


def never_given_note(response: str, unused: Sequence[str]) -> str:
    """Say that some answers were never given.

    Args:
        response: name of the column of answers.
        unused: the possible answers that no row has, at least one.
    """
    many = len(unused) > 1
    return (
        f"{response}: the {'answers' if many else 'answer'} {', '.join(unused)} "
        f"{'were' if many else 'was'} never given; the model speaks of the answers that were."
    )
