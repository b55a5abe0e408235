"""Simulated raters: they rate through the same queue as people, by a known model.

What they leave is marked ``simulated`` for ever, and a Simulation row says how they judged and
what true effects follow from that, so that an analysis can be held against the truth.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from statistics import fmean

from toolkit.canon import new_id, now
from toolkit.design import ConfirmStage, Unit, allocate
from toolkit.errors import NotNow
from toolkit.record import Item, Record, Reply, Simulation
from toolkit.session.rating import UNUSABLE, Preferred, RatingQueue, Shown
from toolkit.session.simulated.rater_model import RaterModel, coldness, deviate, generator, told

_PREFERENCES: tuple[Preferred, ...] = ("left", "right", "equal", "equal")


def simulate_raters(
    stage: ConfirmStage,
    record: Record,
    *,
    raters: int,
    seed: int,
    model: RaterModel | None = None,
    on_item: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Rate a confirm stage with simulated raters; returns how many items were judged.

    The same call again goes on where it stopped, and judges nothing twice.

    Args:
        stage: frozen, with replies in the record.
        record: where everything is kept, marked as simulated.
        raters: how many rate.
        seed: fixes who they are and what they answer.
        model: how they judge.
        on_item: called with items judged and their total after each.

    Raises:
        NotNow: if there is no reply to rate yet.
        PlanRefused: if the replies cannot be allocated.
    """
    model = model or RaterModel()
    truth = true_effects(stage, record, model)
    _keep_truth(stage, record, seed=seed, model=model, truth=truth)
    allocation = allocate(stage)
    asked = [len(tasks) for tasks in allocation.seats]
    total = sum(asked[number % len(asked)] for number in range(raters))
    done = count(1)
    for number in range(raters):
        rater = _SimulatedRater(stage, record, model, seed=seed, number=number)
        queue = RatingQueue(stage.study, record, clock=rater.clock, allocation=allocation)
        try:
            rater.rate(queue, on_item=lambda: on_item(next(done), total))
        finally:
            queue.close()
    return next(done) - 1


def true_effects(stage: ConfirmStage, record: Record, model: RaterModel) -> dict[str, float]:
    """Compute each arm's true average effect against the reference, from the model and replies.

    The average runs over raters, scenarios, contrasts and replies as the model draws them, given
    how cold the replies kept in the record are; scenarios count equally, as in the analysis. It is
    exact, so it rests on no draws.

    Args:
        stage: names contrasts and the rating form.
        record: where the replies are.
        model: how raters judge.

    Returns:
        Label of the arm to its effect: on the 1 to 5 scale, or for pairs on the scale from -1
        (always the reference's reply) to 1. An arm whose replies are as warm as the reference's has
        0.

    Raises:
        NotNow: if there is no reply yet.
    """
    cells = _coldness_of_cells(stage, record)
    effects: dict[str, dict[str, list[float]]] = {}
    for contrast in stage.contrasts:
        base = cells.get((contrast.id, "reference"))
        for arm in contrast.arms[1:]:
            here = cells.get((contrast.id, arm.label))
            if here and base:
                effect = _effect(model, here, base, form=stage.plan.rating.form)
                scenarios = effects.setdefault(arm.label, {})
                scenarios.setdefault(contrast.scenario, []).append(effect)
    return {label: fmean(map(fmean, each.values())) for label, each in effects.items()}


class _SimulatedRater:
    """One rater who judges what the queue shows, and whose clock jumps a day when a rest is due."""

    def __init__(
        self, stage: ConfirmStage, record: Record, model: RaterModel, *, seed: int, number: int
    ) -> None:
        self._record = record
        self._model = model
        self._seed = seed
        self._number = number
        self._ahead = timedelta(0)
        self._units = {unit.unit_id: unit for unit in stage.units}
        self._scenarios = {one.id: one.scenario for one in stage.contrasts}

    def clock(self) -> datetime:
        """What this rater's clock says."""
        return now() + self._ahead

    def rate(self, queue: RatingQueue, *, on_item: Callable[[], None]) -> None:
        """Enroll, consent, judge every item there is, and guess.

        Args:
            queue: fresh, at its first step, on this rater's clock.
            on_item: called after each item.
        """
        queue.enrol(
            f"simulated-rater-{self._seed}-{self._number}",
            enrolled_by="simulation",
            simulated=True,
        )
        if queue.stage == "consent":
            queue.consent()
        while queue.stage in ("rate", "rest"):
            if queue.stage == "rest":
                self._ahead += timedelta(days=1)
            elif shown := queue.current:
                self._judge(queue, shown)
                on_item()
        self._guess(queue)

    def _judge(self, queue: RatingQueue, shown: Shown) -> None:
        units = self._shown_units(shown)
        # Everything is drawn by label, so that a rater who was interrupted goes on as they would.
        draw = generator(self._seed, self._number, shown.position)
        lapse = draw.random() < self._model.lapse
        if shown.form == "pair":
            queue.choose(shown.item_id, self._preferred(shown, units, lapse=lapse))
            return
        for question in shown.questions:
            if question.id not in shown.answers:
                value = self._points(shown, units, question.id, lapse=lapse)
                queue.rate(shown.item_id, question.id, value)

    def _points(self, shown: Shown, units: list[Unit], question: str, *, lapse: bool) -> int:
        if lapse:
            guess = generator(self._seed, self._number, shown.position, question).random()
            return 1 + int(guess * 5)
        asked = told(shown.replies[0])
        if not units:
            # An attention item; whoever reads it does what it says.
            return asked or 3
        noise = self._model.noise_sd * deviate(
            self._seed, "noise", self._number, shown.position, question
        )
        return self._model.points(self._standing(shown.replies[0], units[0]) + noise)

    def _preferred(self, shown: Shown, units: list[Unit], *, lapse: bool) -> Preferred:
        draw = generator(self._seed, self._number, shown.position, "choice")
        if lapse:
            return _PREFERENCES[int(draw.random() * len(_PREFERENCES))]
        if draw.random() < self._model.neither:
            return "neither"
        left, right = (
            self._quality(text, unit) for text, unit in zip(shown.replies, units, strict=True)
        )
        noise = self._model.noise_sd * deviate(self._seed, "noise", self._number, shown.position)
        return self._model.preference(left - right + self._model.order_effect + noise)

    def _standing(self, reply: str, unit: Unit) -> float:
        """Where a reply stands with this rater before the noise of the moment."""
        model, scenario = self._model, self._scenarios[unit.contrast_id]
        return (
            model.severity_sd * deviate(self._seed, "rater", self._number)
            + model.scenario_sd * deviate(self._seed, "scenario", scenario)
            + model.contrast_sd * deviate(self._seed, "contrast", unit.contrast_id)
            + self._quality(reply, unit)
        )

    def _quality(self, reply: str, unit: Unit) -> float:
        """What this rater makes of the reply itself."""
        model, scenario = self._model, self._scenarios[unit.contrast_id]
        effect = (
            model.effect
            + model.effect_scenario_sd * deviate(self._seed, "scenario effect", scenario)
            + model.effect_rater_sd * deviate(self._seed, "rater effect", self._number)
        )
        own = model.reply_sd * deviate(self._seed, "reply", unit.unit_id)
        return own - effect * coldness(reply)

    def _shown_units(self, shown: Shown) -> list[Unit]:
        item = self._record.read(role="rater", purpose="rating").find(shown.item_id, Item)
        return [self._units[name] for name in item.unit_ids] if item else []

    def _guess(self, queue: RatingQueue) -> None:
        for number, asked in enumerate(queue.guesses):
            if not asked.answered:
                draw = generator(self._seed, self._number, "guess", number)
                unsure = draw.random() < self._model.cannot_tell
                option = None if unsure else int(draw.random() * len(asked.options))
                queue.guess(asked.item_id, option)


def _keep_truth(
    stage: ConfirmStage, record: Record, *, seed: int, model: RaterModel, truth: dict[str, float]
) -> None:
    """Keep how the raters judge, once for each seed and model."""
    frozen = stage.hash
    known = [row for row in record.rows(Simulation) if row.confirm_hash == frozen]
    content = model.content()
    if not any((row.seed, row.model, row.truth) == (seed, content, truth) for row in known):
        record.append(
            Simulation(
                simulation_id=new_id(),
                confirm_hash=frozen,
                seed=seed,
                model=content,
                truth=dict(truth),
            )
        )


def _coldness_of_cells(stage: ConfirmStage, record: Record) -> dict[tuple[str, str], list[float]]:
    units = {unit.unit_id: unit for unit in stage.units}
    reader = record.read(role="owner", purpose="collection")
    latest = {row.unit_id: row for row in reader.each(Reply) if row.unit_id in units}
    cells: dict[tuple[str, str], list[float]] = {}
    for name, reply in latest.items():
        if reply.exchange.outcome not in UNUSABLE:
            cell = (units[name].contrast_id, units[name].arm.label)
            cells.setdefault(cell, []).append(coldness(reply.text))
    if not cells:
        raise NotNow(
            f"study {stage.study.id}: got no reply that could be rated; wanted those of its "
            f"confirm stage. Run `parallax run {stage.study.id}` first."
        )
    return cells


def _effect(model: RaterModel, here: list[float], base: list[float], *, form: str) -> float:
    if form == "pair":
        return fmean(model.mean_preference(one, other) for one in here for other in base)
    return fmean(map(model.mean_points, here)) - fmean(map(model.mean_points, base))
