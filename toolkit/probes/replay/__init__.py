"""The prompts a record holds, sent again as they were stored.

``run_replay`` sends them, resumable under the name it is given; ``replayed`` puts each stored reply
beside the one that came this time, as a **Replayed** pair.
"""

from toolkit.probes.replay.stored_prompts import Replayed, replayed, run_replay

__all__ = ["Replayed", "replayed", "run_replay"]
