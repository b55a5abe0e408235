"""Settings: what of them is sent and recorded."""

from toolkit.endpoints import Settings

ASKED = Settings(temperature=0.0, top_p=0.5, max_tokens=7, seed=0, top_logprobs=0, max_attempts=9)


def test_parameters_are_what_is_set() -> None:
    assert Settings().parameters() == {}
    assert ASKED.parameters() == {
        **{"temperature": 0.0, "top_p": 0.5, "max_tokens": 7, "seed": 0, "top_logprobs": 0},
        "logprobs": True,
    }
