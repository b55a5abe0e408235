"""Garbage collection during a run: rare, so that Python does not visit everything again and again.

With hundreds of calls under way, thousands of living objects come and go, and each full collection
visits all of them and every module besides: about a quarter of the processor time of a unit. What
is there already is set aside for as long as the run takes, and the rest is looked through less
often; objects without cycles are freed at once as ever, so memory does not grow.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 100)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect rarely inside the block; afterwards the collector is as it was."""
    earlier, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*earlier)
        if not frozen:
            gc.unfreeze()
