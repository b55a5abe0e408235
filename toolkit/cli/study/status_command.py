"""``parallax status``: how far a study is, and what was covered; nobody is shown by themselves."""

import argparse
from collections import Counter
from collections.abc import Collection, Sequence

from toolkit.cli.study.confirm_status import confirm_lines, minute, only_rate
from toolkit.cli.terminal import OK, add_workspace, make_parser, say
from toolkit.cli.workspace import record_begun
from toolkit.design import PRIVACY_MINIMUM, Study, Workspace
from toolkit.record import (
    ParticipantProgress,
    Record,
    SessionEnd,
    open_record,
    participant_progress,
    sessions,
)

_PLACES = ("done", "at work", "not begun")


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax status``."""
    made = make_parser(
        "status",
        "For the study lead: how many participants are done, at work, or have not begun, and which "
        "persona has met which situation; of a confirm stage, how many units are done and how far "
        "the rating is. Nobody is shown by themselves, so a reminder goes to all. Simulated "
        "participants are counted apart; who withdrew is counted, no more.",
        examples=(
            ("parallax status", "every study of the workspace"),
            ("parallax status pilot", "one study"),
        ),
    )
    made.add_argument("study", nargs="?", metavar="STUDY", help="id of one study")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Write one report a study."""
    workspace = Workspace(args.workspace)
    for name in [args.study] if args.study else workspace.studies():
        say(*_report(workspace.study(name)), "")
    return OK


def _report(study: Study) -> list[str]:
    lines = [f"{study.id}: {study.title}", f"  {_freeze_line(study)}"]
    if not record_begun(study):
        return [*lines, "  Nothing recorded yet.", *confirm_lines(study, None)]
    with open_record(study, read_only=True) as record:
        testers = [
            one for one in participant_progress(record) if _is_tester(one, only_rate(record))
        ]
        for simulated in (False, True):
            lines += _part(study, record, testers, simulated=simulated)
        return lines + confirm_lines(study, record)


def _freeze_line(study: Study) -> str:
    freeze = study.frozen()
    if freeze is None:
        return "Not frozen yet; the first tester freezes it."
    state = "unchanged" if freeze.hash == study.explore_hash else "CHANGED SINCE, it will not run"
    return f"Frozen {minute(freeze.frozen_at)}, {state}."


def _part(
    study: Study, record: Record, everyone: Sequence[ParticipantProgress], *, simulated: bool
) -> list[str]:
    here = [one for one in everyone if one.participant.simulated is simulated]
    if simulated and not here:
        return []
    staying = [one for one in here if not one.withdrawn]
    title = "Simulated participants, never to be counted as people" if simulated else "Testers"
    lines = [
        "",
        f"  {title}: {len(here)} enrolled, {len(here) - len(staying)} withdrew",
    ]
    if staying:
        lines += _progress(staying, study)
    return lines + _covered(study, record, simulated=simulated)


def _is_tester(one: ParticipantProgress, seated: Collection[str]) -> bool:
    """Whether they are asked for conversations: a rater is, once they have begun one."""
    return one.participant.participant_id not in seated or one.assigned > 0


def _progress(staying: Sequence[ParticipantProgress], study: Study) -> list[str]:
    """Count people by how far they are, and their conversations together."""
    where = Counter(_where(one, study) for one in staying)
    people = ", ".join(f"{where[one]} {one}" for one in _PLACES if where[one])
    due = sum(one.assigned or study.conversations_per_tester for one in staying)
    finished, skipped = (
        sum(counts)
        for counts in zip(*((one.finished, one.skipped) for one in staying), strict=True)
    )
    lines = [f"    People: {people}"]
    # Of fewer, a sum would be some people's own.
    if len(staying) >= PRIVACY_MINIMUM:
        left = f", {skipped} skipped" if skipped else ""
        lines.append(f"    Conversations: {finished} of {due} finished{left}")
    return lines


def _where(one: ParticipantProgress, study: Study) -> str:
    due = one.assigned or study.conversations_per_tester
    if one.finished + one.skipped >= due:
        return "done"
    return "at work" if one.assigned else "not begun"


def _covered(study: Study, record: Record, *, simulated: bool) -> list[str]:
    reader = record.read(role="owner", purpose="progress")
    ended = {end.session_id for end in reader.rows(SessionEnd) if end.reached_end}
    pairs = Counter(
        (one.persona_id, one.scenario_id)
        for one in sessions(record)
        if one.simulated is simulated and one.session_id in ended
    )
    possible = len(study.personas) * len(study.scenarios)
    head = (
        f"  Covered: {len(pairs)} of {possible} pairs of persona and scenario, "
        f"{sum(pairs.values())} conversations finished"
    )
    return [head, *_grid(study, pairs)] if pairs else [head]


def _grid(study: Study, pairs: Counter[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name in study.personas)
    columns = range(1, len(study.scenarios) + 1)
    lines = ["    " + " " * width + "".join(f"{number:>3}" for number in columns)]
    for persona in study.personas:
        counts = (pairs[persona, scenario] for scenario in study.scenarios)
        cells = "".join(f"{count or '·':>3}" for count in counts)
        lines.append(f"    {persona:<{width}}{cells}")
    numbered = zip(columns, study.scenarios, strict=True)
    return [*lines, *(f"    {number:>3} {name}" for number, name in numbered)]
