"""The bench's own figures: each differs when what it measures does."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import ROOT, folder_on_disk, largest_megabytes

MEGABYTE = 2**20
CHILD = """
import sys
from bench.measure import largest_megabytes
held = b"x" * (int(sys.argv[1]) * 2**20)
print(largest_megabytes())
"""


def size_of_child(ballast: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(ballast)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "tests")},
    )
    return float(done.stdout)


@pytest.mark.skipif(largest_megabytes() is None, reason="this system does not say")
def test_a_child_is_measured_and_not_whoever_started_it() -> None:
    parent = b"x" * (300 * MEGABYTE)
    small, large = size_of_child(1), size_of_child(80)
    assert small < 100 < len(parent) / MEGABYTE
    assert 60 < large - small < 100


def test_what_has_to_be_durable_is_kept_beside_the_source_and_goes_again() -> None:
    with folder_on_disk() as folder:
        assert ROOT in folder.parents
        assert folder.stat().st_dev == ROOT.stat().st_dev
    assert not Path(folder).exists()
