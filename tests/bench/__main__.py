"""``make bench``: run every section, or those named on the command line."""

import sys

from bench import (
    crowd,
    fitting,
    importing,
    lab_start,
    loading,
    panel,
    planning,
    recording,
    sweeping,
    testing,
)
from bench.measure import calibration, line

SECTIONS = {
    "importing": importing.run,
    "recording": recording.run,
    "panel": panel.run,
    "planning": planning.run,
    "sweeping": sweeping.run,
    "fitting": fitting.run,
    "testing": testing.run,
    "loading": loading.run,
    "crowd": crowd.run,
    "lab": lab_start.run,
}


def main(names: list[str]) -> None:
    line("calibration loop (1M additions)", calibration().milliseconds())
    for name in names or SECTIONS:
        SECTIONS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
