from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def chromium() -> "Iterator[object]":
    """The machine's Chromium; see ``browser.Chromium``."""
    # Imported here: most tests need no browser, and a run without one need not load its driver.
    from browser import launched

    with launched() as browser:
        yield browser
