"""Bounded work: what raises, hangs, dies or devours memory costs its own item only."""

import os
import time
from pathlib import Path

from wattrag.corpus.pool import run_bounded
from wattrag.corpus.serving import OUT_OF_MEMORY
from wattrag.corpus.steps import begin
from wattrag.corpus.tree import read_tree
from wattrag.corpus.worker import Budget

SHORT = Budget(seconds=0.5)


def test_every_item_has_one_outcome_and_workers_are_used_again() -> None:
    outcomes = list(run_bounded(abs, [-1, 2, -3, 4], jobs=2))
    assert sorted((o.item, o.result) for o in outcomes) == [(-3, 3), (-1, 1), (2, 2), (4, 4)]
    assert all(o.error is None for o in outcomes)


def test_an_item_that_hangs_is_stopped_and_the_next_goes_on() -> None:
    started = time.monotonic()
    outcomes = {o.item: o.error for o in run_bounded(time.sleep, [0, 600, 0.01], budget=SHORT)}
    assert outcomes[600] == "took more than 0.5 s and was stopped"
    assert outcomes[0] is None
    assert outcomes[0.01] is None
    assert time.monotonic() - started < 60


def test_a_process_that_dies_takes_only_its_item_along() -> None:
    outcomes = list(run_bounded(os._exit, [9, 7]))
    assert [o.error for o in outcomes] == [
        "crashed its process (exit code 9)",
        "crashed its process (exit code 7)",
    ]


def test_an_exception_is_an_error_and_the_process_lives_on() -> None:
    outcomes = {o.item: o for o in run_bounded(int, ["1", "x", "3"])}
    assert (outcomes["1"].result, outcomes["3"].result) == (1, 3)
    assert "ValueError" in (outcomes["x"].error or "")


def test_bad_input_keeps_its_one_clear_line(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    (outcome,) = run_bounded(read_tree, [missing])
    assert outcome.error is not None
    assert outcome.error.startswith(f"{missing}: ")


def test_memory_is_bounded() -> None:
    budget = Budget(memory_bytes=1 << 29)
    (outcome,) = run_bounded(bytearray, [1 << 30], budget=budget)
    assert outcome.result is None
    assert outcome.error == "needs more memory than a document may use"


def test_waiting_for_the_processor_is_not_counted() -> None:
    (outcome,) = run_bounded(time.sleep, [3 * SHORT.seconds], budget=SHORT)
    assert outcome.error is None
    assert outcome.seconds < SHORT.seconds


def _spin(seconds: float) -> float:
    while time.process_time() < seconds:
        pass
    return seconds


def test_work_without_end_is_stopped_when_its_processor_time_is_up() -> None:
    (outcome,) = run_bounded(_spin, [600.0], budget=SHORT)
    assert outcome.error == "took more than 0.5 s and was stopped"
    assert 0.5 <= outcome.seconds < 5


def _in_memory(item: tuple[int, Path]) -> int:
    """Take memory for a while; how many others are at work meanwhile."""
    size, folder = item
    mark = folder / str(size)
    mark.touch()
    try:
        bytearray(size)
        time.sleep(0.3)
        return len(list(folder.iterdir())) - 1
    finally:
        mark.unlink()


def test_two_workers_share_the_memory_and_a_large_item_has_all_of_it_alone(tmp_path: Path) -> None:
    large = [(350 << 20) + i for i in range(2)]
    items = [(size, tmp_path) for size in [*large, *range(1, 5)]]
    budget = Budget(memory_bytes=1 << 29)
    outcomes = {o.item[0]: o for o in run_bounded(_in_memory, items, jobs=2, budget=budget)}
    assert [o.error for o in outcomes.values()] == [None] * len(items)
    assert [outcomes[size].result for size in large] == [0, 0]


def _slow_when_short(size: int) -> int:
    """Take memory twice; work without end where that fails, as with a cache that is too small."""
    begin(1)
    taken = bytearray(size)
    try:
        return len(taken) + len(bytearray(size))
    except MemoryError:
        return len(taken) + int(_spin(600.0))


def test_what_is_slow_for_want_of_memory_is_tried_with_all_of_it() -> None:
    budget = Budget(step_seconds=1, memory_bytes=1 << 30)
    size = 300 << 20
    outcomes = {o.item: o for o in run_bounded(_slow_when_short, [size, 1], jobs=2, budget=budget)}
    assert {item: o.result for item, o in outcomes.items()} == {size: 2 * size, 1: 2}


def _hoard(size: int) -> int:
    """Take memory and keep it, as a library does that has leaked."""
    _HOARD.append(bytearray(size))
    return os.getpid()


_HOARD: list[bytearray] = []


def test_what_one_item_leaves_behind_is_not_taken_from_the_next() -> None:
    sizes = [300 << 20, 299 << 20, 301 << 20, 1]
    outcomes = {o.item: o for o in run_bounded(_hoard, sizes, budget=Budget(memory_bytes=1 << 29))}
    assert [outcomes[size].error for size in sizes] == [None] * 4
    assert len({o.result for o in outcomes.values()}) > 1


def test_an_item_that_needs_too_much_leaves_the_others_as_they_are() -> None:
    budget = Budget(memory_bytes=1 << 29)
    outcomes = {o.item: o.error for o in run_bounded(_hoard, [5, 1 << 30, 6], budget=budget)}
    assert outcomes == {5: None, 1 << 30: OUT_OF_MEMORY, 6: None}


def _step_through(pages: int) -> int:
    """As many steps as asked, of a third of a second each."""
    for page in range(1, pages + 1):
        begin(page)
        time.sleep(0.3)
    return pages


def test_an_item_of_many_steps_may_take_longer() -> None:
    budget = Budget(seconds=0.5, seconds_a_step=0.6)
    (outcome,) = run_bounded(_step_through, [5], budget=budget)
    assert (outcome.result, outcome.error) == (5, None)


def _too_much_at(page: int) -> list[int]:
    """Five steps, one of which needs more memory than there is; those that were done."""
    done = []
    for step in range(1, 6):
        if begin(step):
            bytearray(1 << 30 if step == page else 1)
            done.append(step)
    return done


def test_a_step_that_needs_too_much_memory_is_left_out() -> None:
    (outcome,) = run_bounded(_too_much_at, [3], budget=Budget(memory_bytes=1 << 29))
    assert outcome.result == [1, 2, 4, 5]


def test_what_is_left_out_does_not_depend_on_the_number_of_jobs() -> None:
    budget = Budget(memory_bytes=1 << 29)
    items = [2, 3, 4]
    outcomes = {o.item: o.result for o in run_bounded(_too_much_at, items, jobs=2, budget=budget)}
    assert outcomes == {page: [step for step in range(1, 6) if step != page] for page in items}


def test_no_items_start_no_process() -> None:
    assert list(run_bounded(abs, [])) == []
