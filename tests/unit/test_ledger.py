"""What was spent: many writers, kills, damage, and what upkeep makes of it."""

import json
import subprocess
import sys

import pytest

from wattrag.store.ledger import Account, Ledger, Total

PAYS = """
import sys, time
from pathlib import Path
from wattrag.store.ledger import Account
account = Account(Path(sys.argv[1]), "job")
for _ in range(50):
    account.pay(0.01)
account.use(2.0, 36.0)
print("done", flush=True)
time.sleep(float(sys.argv[2]))
"""


def payer(folder, wait=0):
    command = [sys.executable, "-c", PAYS, str(folder), str(wait)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_several_jobs_spend_adds_up_even_of_those_that_are_killed(tmp_path):
    jobs = [payer(tmp_path, wait) for wait in (0, 60, 60)]
    for job in jobs:
        assert job.stdout.readline() == "done\n"
    for job in jobs[1:]:
        job.kill()
        job.wait()
    total = Ledger(tmp_path).total()
    assert (total.jobs, total.unpriced) == (3, 0)
    assert total.usd == pytest.approx(1.5)
    assert (total.wh, total.gpu_seconds) == (6.0, 108.0)


def test_what_is_not_known_is_not_zero(tmp_path):
    account = Account(tmp_path, "job")
    assert Ledger(tmp_path).total() == Total()
    account.pay(None)
    account.pay(0.5)
    total = Ledger(tmp_path).total()
    assert (total.usd, total.unpriced, total.wh) == (0.5, 1, None)


def test_a_look_sees_what_was_added_since_the_last_and_can_leave_out_an_account(tmp_path):
    mine, other, ledger = Account(tmp_path, "a"), Account(tmp_path, "b"), Ledger(tmp_path)
    mine.pay(1)
    other.pay(2)
    assert ledger.total().usd == 3
    other.pay(4)
    assert ledger.total().usd == 7
    assert ledger.total(without=mine.key).usd == 6


def test_a_torn_record_leaves_the_one_before_it(tmp_path):
    account = Account(tmp_path, "job")
    account.pay(1)
    account.pay(1)
    account.close()
    (segment,) = tmp_path.rglob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-3])
    assert Ledger(tmp_path).total().usd == 1


def test_upkeep_knows_the_ledger_and_loses_nothing_of_it(wattrag, tmp_path):
    for usd in (1, 2):
        account = Account(tmp_path, "job")
        account.pay(usd)
        account.pay(usd)
        account.close()
    living = Account(tmp_path, "job")
    living.pay(5)
    before = Ledger(tmp_path).total()
    (shelf,) = json.loads(wattrag("store", "stats", "--store", tmp_path, "--json").out)
    assert (shelf["kind"], shelf["records"], shelf["segments"]) == ("ledger", 3, 3)
    out = wattrag("store", "stats", "--store", tmp_path).out
    assert "spent by 3 jobs: 11.0000 USD, energy not measured, 0 GPU hours" in out
    assert wattrag("store", "verify", "--store", tmp_path).code == 0
    assert wattrag("store", "prune", "--store", tmp_path).code == 0
    assert Ledger(tmp_path).total() == before
    spent = json.loads(wattrag("store", "spent", "--store", tmp_path, "--json").out)
    assert (spent["usd"], spent["wh"]) == (11.0, None)


def test_a_merge_that_was_killed_counts_nothing_twice(tmp_path):
    account = Account(tmp_path, "job")
    account.pay(1)
    account.close()
    (segment,) = tmp_path.rglob("*.segment")
    segment.with_name(f"0-copy{segment.suffix}").write_bytes(segment.read_bytes())
    assert Ledger(tmp_path).total().usd == 1
