"""Deviations: what is not as frozen, not real, or not all there yet, each as a sentence."""

from collections import Counter
from collections.abc import Iterator

from toolkit.analysis.frames import SCRIPTED, ConfirmDesign, Frames, confirm_design, plan_changes
from toolkit.design import Study
from toolkit.record import Record, Sweep, closing_of

_NAMED = 5
"""Models that are named."""


def deviations(
    record: Record, frames: Frames, design: ConfirmDesign, *, study: Study | None = None
) -> tuple[str, ...]:
    """Say what is not as it was frozen; empty when nothing is known to be.

    Args:
        record: the whole record, of every freeze.
        frames: of every freeze.
        design: the freeze that is analyzed.
        study: as its files are now, to see whether the plan in them is another.
    """
    counts = frames.replies["confirm_hash"].astype("str").value_counts()
    others = [one for one in design.freezes if one != design.confirm_hash and one in counts.index]
    return (
        *(_other_freeze(record, one, int(counts[one]), design) for one in others),
        *_changed_file(design, study),
        *_unfrozen(record, design),
        *_changed_model(frames, design),
        *_closed_early(record, design),
    )


def not_real(frames: Frames) -> tuple[str, ...]:
    """Say what of the frames no person judged and no AI answered."""
    raters, replies = frames.raters, frames.replies
    simulated = int(raters["simulated"].sum())
    said = []
    if simulated:
        whose = "all of them" if simulated == len(raters) else f"{simulated} of them"
        said.append(
            f"Simulated: of {len(raters)} raters, {whose} are simulated. Nothing here says how "
            "people judge."
        )
    scripted = replies["endpoint"].astype("str").str.startswith(SCRIPTED)
    if scripted.any():
        said.append(
            f"Scripted: {int(scripted.sum())} of {len(replies)} replies are ready-made answers. "
            "They say nothing about any AI."
        )
    return tuple(said)


def interim_look(record: Record, frames: Frames, design: ConfirmDesign) -> str:
    """Say that this is an interim look, and at what; empty once all is there, or will not come.

    Args:
        record: the whole record.
        frames: of the freeze that is analyzed.
        design: that freeze.
    """
    if closing_of(record, design.confirm_hash):
        return ""
    runs = [one for one in record.rows(Sweep) if one.confirm_hash == design.confirm_hash]
    planned = max((one.planned for one in runs), default=0)
    finished = int(frames.raters["state"].eq("finished").sum())
    raters = design.plan.rating.raters
    lacking = _lacking(planned - frames.replies["unit_id"].nunique(), planned, finished, raters)
    if not lacking:
        return ""
    return (
        f"Interim: {lacking}. Every number here is of a look on the way, and verdicts that are "
        "looked at more than once err more often than is said of them: decide nothing by them. "
        "What may be looked at at any time is `toolkit.analysis.interim`; when those who are "
        "missing will not come, `parallax close` ends the collection."
    )


def _lacking(replies: int, planned: int, finished: int, raters: int) -> str:
    """What is missing of a plan; how many people is not said: two looks would tell of one."""
    said = [f"{replies} of {planned} replies have not come"] if replies > 0 else []
    if finished < raters:
        said.append(f"fewer than the {raters} raters planned have finished")
    return " and ".join(said)


def _other_freeze(record: Record, other: str, count: int, design: ConfirmDesign) -> str:
    earlier = confirm_design(record, other)
    changes = plan_changes(earlier.analysis, design.analysis)
    what = "; ".join(changes) if changes else "nothing in the analysis, but something it stands on"
    replies = "1 reply was" if count == 1 else f"{count} replies were"
    return (
        f"Deviation: {replies} also kept under another freeze of this study, {short(other)}, and "
        f"are left out here. Between that one and this one changed: {what}."
    )


def _changed_file(design: ConfirmDesign, study: Study | None) -> tuple[str, ...]:
    if study is None or study.id != design.study_id:
        return ()
    if study.confirm is None:
        return (
            f"Deviation: the file of study {study.id} has no confirm section any more. The plan "
            f"run here is the one frozen as {short(design.confirm_hash)}.",
        )
    changes = plan_changes(design.analysis, study.confirm.analysis)
    if not changes:
        return ()
    return (
        f"Deviation: the analysis in the file of study {study.id} was changed after replies were "
        f"kept: {'; '.join(changes)}. What is run here is what was frozen as "
        f"{short(design.confirm_hash)}.",
    )


def _unfrozen(record: Record, design: ConfirmDesign) -> tuple[str, ...]:
    runs = [one for one in record.rows(Sweep) if one.confirm_hash == design.confirm_hash]
    other = [one for one in runs if one.unfrozen]
    if not other:
        return ()
    who = sorted({name for one in other for name in one.endpoints.values()})
    return (
        f"Deviation: in {len(other)} of {len(runs)} runs another endpoint answered than the study "
        f"froze: {', '.join(who)}.",
    )


def _changed_model(frames: Frames, design: ConfirmDesign) -> Iterator[str]:
    """Say where several models answered under one alias, as the server itself reports."""
    replies = frames.replies[["confirm_hash", "endpoint_alias", "model_reported"]].astype("str")
    kept = replies[replies["confirm_hash"].eq(design.confirm_hash)]
    for alias, group in kept.groupby("endpoint_alias"):
        counted = Counter(name for name in group["model_reported"] if name not in ("", "nan"))
        if len(counted) > 1:
            most = counted.most_common(_NAMED)
            named = ", ".join(f"{name[:60]!a} {count:,}" for name, count in most)
            more = f", {len(counted) - _NAMED} more" if len(counted) > _NAMED else ""
            yield (
                f"Deviation: {len(counted)} models answered under the alias {alias}, as the server "
                f"reports: {named}{more}. A difference between personas may be one between models."
            )


def _closed_early(record: Record, design: ConfirmDesign) -> Iterator[str]:
    """Say that collection was closed before everything planned was there, and who had looked."""
    if found := closing_of(record, design.confirm_hash):
        row, day = found
        lacking = _lacking(row.planned - row.replies, row.planned, row.finished, row.raters)
        if lacking:
            looked = "1 report was" if row.releases == 1 else f"{row.releases} reports were"
            yield (
                f"Deviation: collection was closed on {day}, when {lacking}. {looked} released "
                "before that."
            )


def short(confirm_hash: str) -> str:
    """Name a freeze by the beginning of its hash."""
    return confirm_hash.removeprefix("sha256:")[:12]
