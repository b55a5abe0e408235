"""The plan of units is the same list on every machine, whole blocks one after another."""

from toolkit.design import Contrast
from toolkit.design.contrasts import plan_units

TEXT = [{"text": "I am {name}."}]
ONE = Contrast.model_validate(
    {
        "id": "one",
        "title": "Who asks",
        "scenario": "parcel",
        "origin": "planned",
        "cueing": "explicit",
        "reference": "ada",
        "personas": ["ada", "ben"],
        "prompt": TEXT,
        "paraphrase": TEXT,
    }
)
TWO = ONE.model_copy(update={"id": "two"})


def planned(seed: int = 7, replicates: int = 2) -> list[tuple[str, str, str, int]]:
    units = plan_units(
        [ONE, TWO], aliases=["a"], replicates=replicates, seed=seed, confirm_hash="sha256:0"
    )
    return [(one.unit_id, one.contrast_id, one.arm.label, one.replicate) for one in units]


def test_the_first_units_are_what_they_were_when_this_was_written() -> None:
    assert planned()[:6] == [
        ("u-a8bd46b21ec85030f778aff1", "one", "reference", 0),
        ("u-109409b8a2e9471299bc9749", "one", "paraphrase", 0),
        ("u-589d1b22bfe2c69ac3f98901", "two", "reference", 0),
        ("u-0f56ce87903c906a5ba4641b", "two", "resample", 0),
        ("u-3e67af1685b524a6611d7c62", "two", "swap ben", 0),
        ("u-ed6092146aa22e11a754ca0f", "one", "resample", 0),
    ]


def test_every_block_holds_each_arm_of_each_contrast_once() -> None:
    units = planned(replicates=40)
    arms = {(contrast, arm) for _, contrast, arm, _ in units}
    for start in range(0, len(units), 8):
        block = units[start : start + 8]
        assert {(contrast, arm) for _, contrast, arm, _ in block} == arms
        assert {replicate for *_, replicate in block} == {start // 8}


def test_blocks_are_shuffled_anew_and_by_the_seed_alone() -> None:
    orders = {
        tuple(one[1:3] for one in planned(replicates=40)[n : n + 8]) for n in range(0, 320, 8)
    }
    assert len(orders) > 35
    assert planned() == planned()
    assert [one[0] for one in planned(seed=8)] != [one[0] for one in planned()]
    assert {one[0] for one in planned(seed=8)} == {one[0] for one in planned()}
