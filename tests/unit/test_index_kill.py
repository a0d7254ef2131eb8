"""An index build that is killed at any moment leaves an index that opens, the old or the new."""

import random
import subprocess
import sys
import time
from pathlib import Path

from wattrag.config.settings import Lexical
from wattrag.index.read import open_index

from .small_index import CORPUS, build

ROOT = Path(__file__).resolve().parents[2]
# Two contents in turn, so that each build writes a new generation.
ENDLESS = """
import itertools, pathlib, sys
from tests.unit.small_index import CORPUS, build
folder = pathlib.Path(sys.argv[1])
for n in itertools.count():
    build(folder, dict(list(CORPUS.items())[n % 2:]))
    print(flush=True)
"""
KILLS = 6


def test_a_build_killed_at_any_moment_leaves_an_index_that_opens(tmp_path):
    chance = random.Random(1)
    whole, part = len(CORPUS), len(CORPUS) - 1
    for _ in range(KILLS):
        command = [sys.executable, "-c", ENDLESS, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as endless:
            assert endless.stdout.readline() == b"\n"
            time.sleep(chance.random() / 10)
            endless.kill()

        index = open_index(tmp_path / "index")
        assert index.manifest.counts.documents in {whole, part}
        assert len(index.nodes) > len(index.vectors.rows) > 0
        assert index.lexical(Lexical())

    assert build(tmp_path).manifest.counts.documents == whole
    generations = {p.name for p in (tmp_path / "index").glob("nodes-*")}
    assert len(generations) <= 2
