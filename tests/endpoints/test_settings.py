"""Settings: what of them is sent and recorded, and asking again as was recorded."""

from toolkit.endpoints import Settings

ASKED = Settings(temperature=0.0, top_p=0.5, max_tokens=7, seed=0, top_logprobs=0, max_attempts=9)


def test_parameters_are_what_is_set() -> None:
    assert Settings().parameters() == {}
    assert ASKED.parameters() == {
        **{"temperature": 0.0, "top_p": 0.5, "max_tokens": 7, "seed": 0, "top_logprobs": 0},
        "logprobs": True,
    }


def test_asking_as_recorded_is_asking_the_same() -> None:
    assert Settings(max_attempts=9).as_recorded(ASKED.parameters()) == ASKED


def test_what_was_not_recorded_is_not_asked_and_limits_stay() -> None:
    again = Settings(temperature=1.0, total_timeout=5).as_recorded({"seed": 3, "batch": True})
    assert again == Settings(seed=3, total_timeout=5)
