"""How many calls pass at once, on a clock that the test turns."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from toolkit.probes.engine.concurrency_limit import Gate


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def played(scene: Callable[[Gate, Clock], Awaitable[None]], most: int = 10) -> None:
    async def play() -> None:
        clock = Clock()
        await scene(Gate(most, clock=clock), clock)

    asyncio.run(play())


async def fill(gate: Gate, calls: int) -> list[float]:
    return [await gate.enter() for _ in range(calls)]


def test_as_many_pass_as_were_asked_for_and_the_next_waits_for_one_to_leave() -> None:
    async def scene(gate: Gate, _: Clock) -> None:
        await fill(gate, 10)
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        assert not waiting.done()
        gate.leave()
        await waiting
        assert gate.in_flight == 10

    played(scene)


def test_they_wait_in_line() -> None:
    async def scene(gate: Gate, _: Clock) -> None:
        await fill(gate, 1)
        passed: list[int] = []

        async def pass_through(number: int) -> None:
            await gate.enter()
            passed.append(number)
            gate.leave()

        waiting = [asyncio.create_task(pass_through(number)) for number in range(5)]
        await asyncio.sleep(0)
        gate.leave()
        await asyncio.gather(*waiting)
        assert passed == [0, 1, 2, 3, 4]

    played(scene, most=1)


def test_whoever_is_cancelled_while_waiting_takes_nobodys_place() -> None:
    async def scene(gate: Gate, _: Clock) -> None:
        await fill(gate, 1)
        first, second = (asyncio.create_task(gate.enter()) for _ in range(2))
        await asyncio.sleep(0)
        gate.leave()
        first.cancel()
        await second
        assert gate.in_flight == 1
        with pytest.raises(asyncio.CancelledError):
            await first

    played(scene, most=1)


def test_a_stray_refusal_changes_nothing() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 10)
        for _ in range(50):
            clock.now += 0.3
            for _ in range(3):
                gate.answered()
            gate.refused(entered[0])
        assert gate.limit == 10

    played(scene)


def test_a_few_refusals_among_very_many_answers_change_nothing() -> None:
    async def scene(gate: Gate, _: Clock) -> None:
        entered = await gate.enter()
        for _ in range(20):
            for _ in range(20):
                gate.answered()
            gate.refused(entered)
        assert gate.limit == 10

    played(scene)


def test_several_refusals_within_a_second_shrink_it_once_for_the_calls_then_under_way() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 10)
        clock.now += 0.1
        for one in entered:
            gate.refused(one)
        assert gate.limit == 5
        for _ in entered:
            gate.leave()
        clock.now += 0.1
        for one in await fill(gate, 5):
            gate.refused(one)
        assert gate.limit == 2.5

    played(scene)


def test_it_never_shrinks_below_one() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        for _ in range(100):
            clock.now += 0.01
            entered = await gate.enter()
            for _ in range(4):
                gate.refused(entered)
            gate.leave()
        assert gate.limit == 1
        await asyncio.wait_for(gate.enter(), 1)

    played(scene)


def test_it_grows_back_to_what_was_asked_for_and_no_further() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 10)
        clock.now += 0.1
        for one in entered:
            gate.refused(one)
        limits = []
        for _ in range(60):
            clock.now += 0.1
            gate.answered()
            limits.append(gate.limit)
        assert limits == sorted(limits)
        assert limits[0] < 6
        assert limits[-1] == 10

    played(scene)


def test_it_grows_by_one_a_second_and_then_ever_faster() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 100)
        clock.now += 0.1
        for one in entered:
            gate.refused(one)
        limits = [gate.limit]
        for _ in range(5):
            clock.now += 1.0
            gate.answered()
            limits.append(gate.limit)
        assert limits == pytest.approx([50, 51, 53, 56, 60, 65])

    played(scene, most=100)


def test_it_closes_for_as_long_as_the_server_asked() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 10)
        clock.now += 0.1
        for one in entered:
            gate.refused(one, retry_after=0.05)
        for _ in entered:
            gate.leave()
        waiting = asyncio.create_task(gate.enter())
        await asyncio.sleep(0)
        assert not waiting.done()
        assert gate.in_flight == 0
        clock.now += 0.05
        await asyncio.wait_for(waiting, 5)

    played(scene)


def test_giving_up_lets_everybody_in_at_once() -> None:
    async def scene(gate: Gate, clock: Clock) -> None:
        entered = await fill(gate, 10)
        clock.now += 0.1
        for one in entered:
            gate.refused(one, retry_after=1000)
        waiting = [asyncio.create_task(gate.enter()) for _ in range(30)]
        await asyncio.sleep(0)
        gate.give_up()
        await asyncio.wait_for(asyncio.gather(*waiting), 1)

    played(scene)
