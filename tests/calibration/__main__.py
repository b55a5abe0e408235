"""``make calibrate``: run every section, write ``report.md``, fail when a band is missed."""

import argparse
import sys
import time
from multiprocessing import get_context
from types import ModuleType
from typing import Any

from calibration import primary, report
from calibration.bands import Section

SECTIONS: dict[str, tuple[ModuleType, int]] = {"primary": (primary, 10_000)}
"""Name to a module with ``tasks``, ``run`` (of one) and ``sections``, and its simulations."""
SEED = 20264


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m calibration", description=__doc__)
    made.add_argument("--only", choices=SECTIONS, action="append", help="only this section")
    made.add_argument("--share", type=float, default=1.0, help="of the simulations, for a trial")
    made.add_argument("--processes", type=int, default=2)
    made.add_argument("--seed", type=int, default=SEED)
    asked = made.parse_args()
    found: list[Section] = []
    with get_context("spawn").Pool(asked.processes) as pool:
        for name in asked.only or SECTIONS:
            module, simulations = SECTIONS[name]
            began = time.perf_counter()
            tasks: list[Any] = module.tasks(round(simulations * asked.share), asked.seed)
            done = list(zip(tasks, pool.map(module.run, tasks, chunksize=1), strict=True))
            found += module.sections(done)
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if asked.only or asked.share != 1.0:
        for section in found:
            print(section.title)
            for row in section.rows:
                mark = "MISSED" if row.fails else ""
                print(f"  {row.case:<80} {row.figure:<26} {report.percent(row.share)} {mark}")
        return 0
    command = f"make calibrate ARGS='--seed {asked.seed}'"
    return 0 if report.write(found, command=command) else 1


if __name__ == "__main__":
    sys.exit(main())
