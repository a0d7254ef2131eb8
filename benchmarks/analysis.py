"""CPU time of scoring, statistics, ensembles and tables, on made-up answers.

    python benchmarks/analysis.py [--experiments 25] [--questions 282]

Makes a labelled question file, a second one to choose ensembles on, and submissions of systems
of different quality, all from a seed, and prints one JSON line a measurement: CPU seconds of one
process, libraries loaded before. `scoring` is reading and scoring all submissions, against what
pandas takes to read the same files in turn; `linear` repeats the work with twice the questions
and twice the experiments, the pairwise tests aside. Ratios are of medians of seven rounds.
"""

import argparse
import csv
import gc
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from wattrag.analysis.experiment import ScoredExperiment, read_experiments
from wattrag.analysis.listing import read_listed
from wattrag.analysis.tables.audit import audit
from wattrag.analysis.tables.comparisons import comparisons
from wattrag.analysis.tables.content import export
from wattrag.analysis.tables.ensemble_study import ensemble_study
from wattrag.analysis.tables.errors import errors
from wattrag.analysis.tables.leaderboard import leaderboard
from wattrag.analysis.tables.results_matrix import results_matrix
from wattrag.analysis.tables.runs import runs
from wattrag.analysis.tables.scaling import scaling
from wattrag.datafiles.questions import read_questions
from wattrag.datafiles.submission import read_submission, write_submission
from wattrag.ensemble.aggregate import aggregate
from wattrag.ensemble.members import read_members
from wattrag.ensemble.options import REF_MODES, VoteOptions
from wattrag.ensemble.selection import Pool, select_all
from wattrag.files import write_json
from wattrag.scoring.records import result_records, summary_record
from wattrag.scoring.rules import rules_named
from wattrag.scoring.score import score

RULES = rules_named("2025")
LABELS = {"m": {"name": "M", "family": "f", "params_b": 1.0, "params_estimated": True}}
QUESTION_COLUMNS = ("id", "question", "answer", "answer_value", "answer_unit", "ref_id")
COLUMNS = (*QUESTION_COLUMNS, "ref_url", "supporting_materials", "explanation")
ROUNDS = 7
LIMITS = {"all": 20.0, "scoring": 3.0}


def main() -> None:
    """Make the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=25)
    parser.add_argument("--questions", type=int, default=282)
    options = parser.parse_args()
    experiments, questions = options.experiments, options.questions
    with tempfile.TemporaryDirectory() as name:
        measure(make(Path(name) / "warm", 2, 40), full=True)
        folder = make(Path(name) / "full", experiments, questions)
        measured = measure(folder, full=True)
        print_line(measure="scoring to pandas", **beside_pandas(folder))
        for part, seconds in measured.items():
            print_line(measure=part, cpu_s=seconds)
        print_line(measure="all", cpu_s=sum(measured.values()), limit=LIMITS["all"])
        for times, (more, longer) in {"questions": (1, 2), "experiments": (2, 1)}.items():
            other = make(Path(name) / times, experiments * more, questions * longer)
            print_line(measure=f"linear: twice the {times}", ratio=growth(folder, other))


def measure(folder: Path, *, full: bool) -> dict[str, float]:
    """CPU seconds by part; without `full` without pairwise tests and the ensemble study."""
    parts = {
        "scoring": score_all,
        "scoring and writing": write_scores,
        "voting, six ref modes": vote,
        "tables": tables,
    }
    if full:
        parts |= {"leaderboard and pairwise tests": tests, "ensemble study": study}
    return {part: cpu(lambda work=work: work(folder)) for part, work in parts.items()}


def growth(folder: Path, other: Path) -> float:
    """How many times as long the other's work takes, pairwise tests aside; in turn, the median."""
    once, twice = zip(
        *[[sum(measure(f, full=False).values()) for f in (folder, other)] for _ in range(ROUNDS)],
        strict=True,
    )
    return statistics.median(twice) / statistics.median(once)


def score_all(folder: Path) -> None:
    """Read and score every submission."""
    questions = read_questions(folder / "test.csv")
    for path in submissions(folder):
        score(questions, read_submission(path), RULES)


def write_scores(folder: Path) -> None:
    """The same, and write what scoring leaves."""
    questions = read_questions(folder / "test.csv")
    for run, path in enumerate(submissions(folder)):
        rows = read_submission(path)
        scores = score(questions, rows, RULES)
        who = dict.fromkeys(("pipeline", "precision"), "p") | {
            "name": path.parent.name,
            "type": "single",
            "run_environment": "local",
            "datafile": "test",
            "model": "m",
            "run": run,
        }
        write_json(path.with_name("results.json"), result_records(questions, rows, scores))
        write_json(path.with_name("summary.json"), summary_record(scores, who))


def vote(folder: Path) -> None:
    """An ensemble of all systems by each ref mode."""
    members = pool(folder, "test").members
    for mode in REF_MODES:
        write_submission(folder / "vote.csv", aggregate(members, VoteOptions(ref_mode=mode)))


def tables(folder: Path) -> None:
    """Every table but those of pairwise tests."""
    read = scored(folder)
    listed = [read_listed(path.parent) for path in submissions(folder)]
    made = {
        "matrix": results_matrix(read),
        "errors": errors(read),
        "runs": runs(read),
        "scaling": scaling("f", read, LABELS),
        "audit": audit(listed, {"test": read_questions(folder / "test.csv")}),
    }
    for name, table in made.items():
        export(folder / f"{name}.csv", table)


def tests(folder: Path) -> None:
    """The leaderboard with its groups, and all pairs."""
    read = scored(folder)
    export(folder / "leaderboard.csv", leaderboard(read, LABELS))
    export(folder / "comparisons.csv", comparisons(read))


def study(folder: Path) -> None:
    """The best ensemble of each size of all systems."""
    pools = [pool(folder, "test"), pool(folder, "train")]
    table = ensemble_study("all", select_all(pools, VoteOptions(), RULES))
    export(folder / "study.csv", table)


def submissions(folder: Path) -> list[Path]:
    """Every system's answers to the judged questions."""
    return sorted((folder / "test").glob("*/submission.csv"))


def scored(folder: Path) -> tuple[ScoredExperiment, ...]:
    """Every system as `write_scores` left it."""
    return read_experiments([path.with_name("results.json") for path in submissions(folder)])


def pool(folder: Path, datafile: str) -> Pool:
    """All submissions to a question file as one pool."""
    questions = read_questions(folder / f"{datafile}.csv")
    found = sorted((folder / datafile).glob("*/submission.csv"))
    members = read_members({path.parent.name: path for path in found}, questions)
    return Pool(datafile, questions, tuple(members))


def beside_pandas(folder: Path) -> dict[str, float]:
    """Medians of scoring and of reading with pandas in turn, as others use the machine too.

    `first` is what either takes in a process of its own, where scoring meets all cells and draws
    the resamples; the others are of this process, again and again.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as fresh:
        alone = [fresh.submit(in_turn, folder).result() for _ in range(ROUNDS)]
    again = [in_turn(folder) for _ in range(ROUNDS)]
    first, first_pandas = map(statistics.median, zip(*alone, strict=True))
    ours, pandas = map(statistics.median, zip(*again, strict=True))
    return {
        "first_cpu_s": first,
        "first_pandas_cpu_s": first_pandas,
        "first_ratio": first / first_pandas,
        "cpu_s": ours,
        "pandas_cpu_s": pandas,
        "ratio": ours / pandas,
        "limit": LIMITS["scoring"],
    }


def in_turn(folder: Path) -> tuple[float, float]:
    """CPU seconds of scoring, then of pandas; what either loads when first called aside."""
    if not (warm := folder / "warm").exists():
        make(warm, 1, 9)
    score_all(warm)
    read_with_pandas(warm)
    return cpu(lambda: score_all(folder)), cpu(lambda: read_with_pandas(folder))


def read_with_pandas(folder: Path) -> None:
    """Read what scoring reads."""
    for path in files(folder):
        pd.read_csv(path)


def files(folder: Path) -> list[Path]:
    """What scoring reads."""
    return [folder / "test.csv", *submissions(folder)]


def make(folder: Path, experiments: int, questions: int) -> Path:
    """Write question files and submissions; system n of N answers 40 to 85 % rightly."""
    chance = random.Random(7)
    for datafile in ("test", "train"):
        gold = [
            (f"{datafile[:2]}{n}", f"What is number {n} of {datafile}?", "x", *_answer(chance))
            for n in range(questions)
        ]
        write(folder / f"{datafile}.csv", QUESTION_COLUMNS, gold)
        for system in range(experiments):
            skill = 0.4 + 0.45 * system / max(1, experiments - 1)
            rows = [_reply(chance, row, skill) for row in gold]
            write(folder / datafile / f"s{system:03}" / "submission.csv", COLUMNS, rows)
    return folder


def _answer(chance: random.Random) -> tuple[str, str, str]:
    document = f"['doc{chance.randrange(32)}']"
    if chance.random() < 0.06:
        return "is_blank", "kWh", "is_blank"
    kind = chance.random()
    value = str(chance.randrange(1000)) if kind < 0.7 else f"[{chance.randrange(9)},{10 + kind}]"
    return value if kind < 0.9 else f"Model {chance.randrange(40)}", "kWh", document


def _reply(chance: random.Random, gold: tuple[str, ...], skill: float) -> tuple[str, ...]:
    identity, question, _, value, unit, documents = gold
    if chance.random() > skill:
        value = chance.choice(["is_blank", str(chance.randrange(5)), "about 7", "1,000"])
    if chance.random() > skill:
        documents = f"['doc{chance.randrange(32)}', 'doc{chance.randrange(32)}']"
    text = " ".join(chance.choices(["energy", "of", "the", "model", "was", "42"], k=60))
    return (identity, question, text, value, unit, documents, "is_blank", text, text)


def write(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for `work`; what was made before is not searched for garbage."""
    gc.collect()
    gc.freeze()
    started = time.process_time()
    work()
    return time.process_time() - started


def print_line(**values: object) -> None:
    """Print one measurement as JSON."""
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}
    print(json.dumps(rounded), flush=True)


if __name__ == "__main__":
    main()
