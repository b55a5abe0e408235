"""One thread for linear algebra on small matrices: more of them make it slower, not faster."""

from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Hold the libraries under numpy and scipy to one thread.

    A fit whose random part has a few hundred levels took 218 s with a thread for each core and
    1.5 s with one. Elsewhere the limits stay as they were.
    """
    limited: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> "ThreadpoolController":
    from threadpoolctl import ThreadpoolController

    # Looking up the loaded libraries takes milliseconds, a limit then microseconds.
    return ThreadpoolController()
