"""Jobs in turn, children measured, goals."""

import subprocess
import sys
from functools import partial

from bench.measure import Goal, in_turn, spend


def test_jobs_take_turns_so_that_a_busy_minute_is_shared() -> None:
    order: list[str] = []

    def turn(name: str) -> int:
        order.append(name)
        return len(order)

    samples = in_turn({name: partial(turn, name) for name in "ab"}, rounds=2)

    assert order == ["a", "b", "a", "b"]
    assert samples == {"a": [1, 3], "b": [2, 4]}


def test_a_job_out_of_patience_has_run_once_and_does_not_hold_up_the_others() -> None:
    samples = in_turn({"slow": lambda: "slow"}, rounds=5, patience=0)

    assert samples == {"slow": ["slow"]}


def test_a_childs_words_exit_code_and_cpu_are_told() -> None:
    code = "import sys; sum(range(3_000_000)); print('so'); sys.exit(3)"

    spent = spend(lambda: subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False))

    assert (spent.code, spent.words, spent.failure) == (3, "so", "failed: so")
    assert spent.cpu > 0.01
    assert spent.wall > 0.01


def test_a_goal_is_met_at_its_limit_and_missed_above() -> None:
    assert Goal(sentence="update", reached=4.2, limit=4.2, unit="s").is_met
    assert not Goal(sentence="update", reached=4.21, limit=4.2, unit="s").is_met
