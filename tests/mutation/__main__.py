"""``make soak`` draws random mutants of the toolkit and counts those that some test notices.

One run of the tests under ``coverage`` tells which of them execute a line (``contexts.py``). A
mutant is loaded in place of its module, in a process of its own, and meets those tests until one
fails. One that none of them notices within its time has survived.
"""

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mutation.contexts import Map
from mutation.mutants import Mutant, changed, mutant, places
from mutation.trials import BROKEN, failing, forked, load_libraries, replace

ROOT = Path(__file__).resolve().parents[2]
REPORT = Path(__file__).with_name("report.md")


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    made.add_argument("rooms", nargs="*", help="only these folders or files of toolkit/")
    made.add_argument("--mutants", type=int, default=200)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--tests", nargs="*", default=(), help="only these files or folders")
    made.add_argument("--seconds", type=float, default=120.0, help="the tests of one mutant have")
    made.add_argument("--jobs", type=int, default=2, help="processes side by side")
    made.add_argument("--wanted", type=float, default=0.85, help="share noticed; less is an error")
    made.add_argument("--report", action="store_true", help=f"renew {REPORT.name}")
    asked = made.parse_args()
    load_libraries()
    known = Map(ROOT, asked.tests)
    known.renew(asked.jobs)
    killers: dict[Mutant, str] = {}
    sample = drawn(asked.rooms, asked.mutants, asked.seed)
    work = partial(noticed, known=known, seconds=asked.seconds)
    for one, killer in forked(sample, work, jobs=asked.jobs, seconds=asked.seconds):
        killers[one] = killer or ""
        alive = list(killers.values()).count("")
        said = {None: "survived: its time is over", "": "survived"}.get(killer, killer)
        print(f"{len(killers) - alive}/{len(killers)}", line(one), f"[{said}]", flush=True)
    void = failing_anyhow(set(killers.values()) - {"", BROKEN}, jobs=asked.jobs)
    killers = {one: "" if test in void else test for one, test in killers.items()}
    said = told(killers, seed=asked.seed, void=void)
    print(said)
    if asked.report:
        REPORT.write_text(said, encoding="utf-8")
    return 0 if sum(map(bool, killers.values())) >= asked.wanted * len(killers) else 1


def drawn(rooms: Sequence[str], many: int, seed: int) -> Iterator[Mutant]:
    """Draw places of the whole toolkit, each as likely as any other.

    Args:
        rooms: folders or files to draw from, from ``toolkit/``; all of it when empty.
        many: mutants at most.
        seed: of the draw.
    """
    roots = [ROOT / "toolkit" / one for one in rooms] or [ROOT / "toolkit"]
    modules = sorted(
        {p for root in roots for p in ([root] if root.is_file() else root.rglob("*.py"))}
    )
    spots = [(path, number) for path in modules for number in range(places(path))]
    for path, number in random.Random(seed).sample(spots, min(many, len(spots))):
        yield mutant(path, number)


def noticed(one: Mutant, known: Map, seconds: float) -> str:
    """Load a mutant in place of its module and run the tests that execute it.

    Args:
        one: the mutant.
        known: tells these tests.
        seconds: for all of them.

    Returns:
        The test that failed, or that none could begin; empty when all passed.
    """
    replace(one.path, changed(one.path, one.number))
    return failing(known.noticing(one, seconds))


def failing_anyhow(tests: set[str], jobs: int) -> list[str]:
    """Run tests with nothing changed, and give those that fail: they notice nothing.

    Args:
        tests: ids.
        jobs: how many at a time.
    """
    alone = [{one: 60.0} for one in sorted(tests)]
    ended = forked(alone, failing, jobs=jobs, seconds=300.0)
    return sorted(next(iter(one)) for one, failed in ended if failed != "")


def told(killers: Mapping[Mutant, str], *, seed: int, void: Sequence[str]) -> str:
    """Write the report.

    Args:
        killers: the test that noticed each mutant; empty for one that none did.
        seed: of the draw.
        void: tests that fail without any mutant; what they noticed does not count.
    """
    many = sum(map(bool, killers.values()))
    alive = [f"* {line(one)}" for one in killers if not killers[one]]
    at = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(at, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    said = (
        f"# Mutants\n\nDrawn at {datetime.now(UTC):%Y-%m-%d} from {commit.strip()} with seed {seed}"
        f": **{many} of {len(killers)} noticed ({many / max(len(killers), 1):.1%})**.\n"
    )
    if void:
        said += f"\nTests that fail without a mutant, and so count for none: {', '.join(void)}.\n"
    noted = "Not noticed by any of the tests that execute them:"
    return said + f"\n{noted}\n\n" + "\n".join(alive or ["none"]) + "\n"


def line(one: Mutant) -> str:
    """Say what a mutant changes, and where.

    Args:
        one: the mutant.
    """
    short = [" ".join(text.split())[:90] for text in (one.before, one.after)]
    return f"`{one.path.relative_to(ROOT)}:{one.lines[0]}` `{short[0]}` → `{short[1]}`"


if __name__ == "__main__":
    sys.exit(main())
