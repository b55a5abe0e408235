"""``make calibrate``: run every section, renew ``report.md``, fail when a band is missed.

``make calibrate ARGS='engine peeking'`` runs and renews these sections alone.
"""

import argparse
import sys
import time
from multiprocessing import get_context

from calibration import report
from calibration.sections import SECTIONS, SEED, fingerprint, found_by


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m calibration", description=__doc__)
    made.add_argument("only", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}")
    made.add_argument("--share", type=float, default=1.0, help="of the simulations, for a trial")
    made.add_argument("--processes", type=int, default=2)
    made.add_argument("--seed", type=int, default=SEED)
    asked = made.parse_args()
    unknown = set(asked.only) - set(SECTIONS)
    if unknown:
        made.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    kept = True
    with get_context("spawn").Pool(asked.processes) as pool:
        for name in asked.only or SECTIONS:
            many, began = round(SECTIONS[name].simulations * asked.share), time.perf_counter()
            made_of, cpu = found_by(name, many, asked.seed, run=pool.map)
            took = time.perf_counter() - began
            print(f"{name}: {took:.0f} s, of these {cpu:.0f} s of work", file=sys.stderr)
            if asked.share == 1.0:
                report.write(
                    name,
                    made_of,
                    simulations=many,
                    seed=asked.seed,
                    few=fingerprint(name, asked.seed),
                    order=list(SECTIONS),
                )
            for section in made_of:
                kept = kept and not section.missed
                print("\n".join(report.plain(section)))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
