import pytest
from kept_rows import kept_rows

from toolkit.canon import text_hash
from toolkit.record import Problem, Turn

HASHED = "SELECT hash FROM parallax_journal WHERE event_id = 't-{}'"


@pytest.fixture
def four(record, turn):
    """A record with one chain of four turns and another of one."""
    record.append(*(turn(turn_id=f"t-{place}", number=place) for place in range(4)))
    record.append(turn("s-2", turn_id="t-9"))
    return record


def places(record):
    return [(problem.chain, problem.position) for problem in record.verify().problems]


def test_an_untouched_record_holds(four):
    found = four.verify()
    assert (found.chains, found.entries, found.problems, found.ok) == (2, 5, (), True)


def test_the_hash_is_the_one_the_docstring_describes(four):
    second, third = list(four.entries(chain="s-1"))[1:3]
    bound = f'["{second.hash}","s-1",2,"t-2","turn",3,"{third.at}",null,"{third.digest}"]'
    body = (
        '{"exchange":null,"number":2,"session_id":"s-1","speaker":"tester","supersedes":null,'
        '"text":"Can you help me with an invoice?","turn_id":"t-2"}'
    )
    assert third.hash == text_hash(f"{bound}\n{body}")
    assert third.digest == text_hash(f'["turn","t-2","s-1"]\n{body}')


def test_an_edited_body_is_found_and_explained(four, execute):
    kept = [entry.hash for entry in four.entries(chain="s-1")]
    execute(four, "UPDATE parallax_journal SET body = '{\"text\":\"no\"}' WHERE event_id = 't-1'")
    (problem,) = four.verify().problems
    assert (problem.chain, problem.position) == ("s-1", 1)
    assert problem.expected == f"content with the hash {kept[1][:19]}…"
    assert problem.found.endswith("… (turn t-1 was changed)")
    assert str(problem) == (
        f"chain s-1, position 1: expected {problem.expected}, found {problem.found}"
    )


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'rating'",
        "version = 1",
        "event_id = 't-1b'",
        "at = '2026-01-01T00:00:00.000000Z'",
        "key_id = 'k-1'",
        "digest = 'sha256:0'",
        "digest = NULL",
        "body = body || ' '",
        "body = 'not JSON'",
    ],
)
def test_every_column_that_is_bound_in_is_watched(four, execute, change):
    execute(four, f"UPDATE parallax_journal SET {change} WHERE event_id = 't-1'")
    assert places(four) == [("s-1", 1)]


def test_an_entry_moved_to_another_chain_is_found(four, execute):
    execute(four, "UPDATE parallax_journal SET chain = 's-2', position = 1 WHERE event_id = 't-3'")
    assert set(places(four)) == {("s-2", 1)}


def test_a_deleted_entry_leaves_a_gap_and_a_broken_link(four, execute):
    hashes = [entry.hash[:19] for entry in four.entries(chain="s-1")]
    execute(four, "DELETE FROM parallax_journal WHERE event_id = 't-1'")
    assert four.verify().problems == (
        Problem("s-1", 2, "position 1 next", "position 2"),
        Problem("s-1", 2, f"a link to {hashes[0]}…", f"a link to {hashes[1]}…"),
    )


def test_a_deleted_beginning_is_found(four, execute):
    first = next(four.entries(chain="s-1")).hash[:19]
    execute(four, "DELETE FROM parallax_journal WHERE event_id = 't-0'")
    assert four.verify().problems == (
        Problem("s-1", 1, "position 0 next", "position 1"),
        Problem("s-1", 1, "a link to nothing (the start of a chain)", f"a link to {first}…"),
    )


def test_swapped_entries_are_found(four, execute):
    execute(
        four,
        "UPDATE parallax_journal SET position = 99 WHERE event_id = 't-1'",
        "UPDATE parallax_journal SET position = 1 WHERE event_id = 't-2'",
        "UPDATE parallax_journal SET position = 2 WHERE event_id = 't-1'",
    )
    assert set(places(four)) == {("s-1", 1), ("s-1", 2), ("s-1", 3)}


def test_an_entry_rewritten_with_a_fresh_hash_breaks_the_next_link(four, execute):
    execute(four, "UPDATE parallax_journal SET hash = 'sha256:0' WHERE event_id = 't-1'")
    assert set(places(four)) == {("s-1", 1), ("s-1", 2)}


def test_a_cut_off_tail_is_seen_by_the_note_beside_a_file_alone(four, where, execute):
    """What the chain cannot show; the docstring of its module says so."""
    execute(four, "DELETE FROM parallax_journal WHERE event_id IN ('t-3', 't-9')")
    found = four.verify()
    assert (found.chains, found.entries, found.problems) == (1, 3, ())
    in_a_file = not where.startswith("postgresql")
    assert found.ok is not in_a_file
    assert ["ends earlier than" in one for one in found.faults] == [True] * in_a_file


def test_a_chain_goes_on_after_what_was_kept(four, turn):
    last = list(four.entries(chain="s-1"))[-1]
    (entry,) = four.append(turn(number=4))
    assert (entry.position, entry.previous) == (4, last.hash)
    assert len(kept_rows(four, Turn, chain="s-1")) == 5
