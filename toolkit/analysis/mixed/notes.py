"""Sentences on what stands in the way of a mixed model."""

from collections.abc import Sequence

LARGEST_DEVIATION = 30.0
"""On the logit scale; beyond it every level answers in one way only."""


def separated_note(names: Sequence[str]) -> str:
    """Say which coefficients have no finite estimate."""
    many = len(names) > 1
    return (
        f"{'The coefficients' if many else 'The coefficient'} of {', '.join(names)} "
        f"{'have' if many else 'has'} no finite estimate, because the answers there fall wholly "
        "on one side; no interval and no p-value is given."
    )


def boundary_note(name: str) -> str:
    """Say that a standard deviation is at its boundary."""
    return (
        f"The standard deviation of {name} is estimated as 0: no more variation is seen than "
        "chance gives."
    )


def single_note(name: str) -> str:
    """Say that a factor has one level."""
    return (
        f"The factor {name} has one level, so how it varies cannot be told; it is left out of the "
        f"model, and no p-value is given, because nothing generalizes over {name}."
    )


def same_note(name: str, other: str) -> str:
    """Say that two random factors have the same levels, so one of them is left out.

    Args:
        name: the factor that is left out, as asked for: ``rater`` or ``scenario:arm``.
        other: the one that stays.
    """
    return (
        f"The factor {name} parts the data just as {other} does, so the two cannot be told apart; "
        f"{name} is left out of the model."
    )


def saturated_note(name: str) -> str:
    """Say that a factor has a level for every observation."""
    return (
        f"The factor {name} has one observation a level, so it cannot be told from the residual; "
        "it is left out of the model."
    )


def explained_note(name: str) -> str:
    """Say that the fixed columns hold a factor."""
    return (
        f"The columns of the formula already tell every level of {name} apart, so how it varies "
        "cannot be told; it is left out of the model, and no p-value is given, because nothing "
        f"generalizes over {name}."
    )


def runaway_note(name: str) -> str:
    """Say that a deviation grows without bound."""
    return (
        f"The standard deviation of {name} has no finite estimate, because its levels nearly "
        "always answer in one way; intervals and p-values of this model are not to be used."
    )


def unconverged_note() -> str:
    """Say that no optimum was found."""
    return (
        "The fit did not converge: its numbers are not to be used. "
        "Take out random factors or terms that few observations speak to."
    )


def unused_note(column: str, unused: Sequence[str]) -> str:
    """Say that levels of a column occur in no observation.

    Args:
        column: its name.
        unused: its declared levels that no row has, at least one.
    """
    return (
        f"{column}: no observation has {', '.join(unused)}; nothing is said about what nobody saw."
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


def aliased_note(name: str) -> str:
    """Say that a fixed column has no coefficient."""
    return (
        f"The column {name} adds nothing to those before it, so it has no coefficient: "
        "the data do not hold every combination of the formula."
    )
