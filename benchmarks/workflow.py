"""Wall time of a whole study, stage by stage, against a limit, and of a run with nothing to do.

    python benchmarks/workflow.py [--config CONFIG] [--cores N] [--limit SECONDS]

Runs the study (the embedded example by default) in an empty folder with an empty store, reads
Snakemake's own benchmark files, and prints a Markdown table. A stage's time is the sum over its
jobs; jobs run side by side, so the stages add up to more than the whole.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=ROOT / "config" / "config.yaml")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--limit", type=float, default=180.0, help="seconds for the whole run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first = run(Path(folder), options.config.resolve(), options.cores)
        stages = stage_seconds(Path(folder) / "results" / "benchmarks")
        again = run(Path(folder), options.config.resolve(), options.cores)
    print("| | jobs | seconds | share of the limit |\n|---|---|---|---|")
    for stage, seconds in stages.items():
        print(f"| {stage} | {len(seconds)} | {sum(seconds):.1f} | |")
    print(f"| **whole run, report included** | | {first:.1f} | {first / options.limit:.2f} |")
    print(f"| run with nothing to do | 0 | {again:.1f} | {again / options.limit:.2f} |")


def run(folder: Path, config: Path, cores: int) -> float:
    """Run the workflow in `folder`; return its wall time in seconds."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "workflow/Snakefile")]
    started = time.perf_counter()
    subprocess.run(
        [*command, "--cores", str(cores), "--configfile", str(config)],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def stage_seconds(benchmarks: Path) -> dict[str, list[float]]:
    """Seconds of each job of the stages that Snakemake measures."""
    found: dict[str, list[float]] = defaultdict(list)
    for path in sorted(benchmarks.rglob("*.tsv")):
        with path.open() as file:
            for row in csv.DictReader(file, delimiter="\t"):
                found[path.relative_to(benchmarks).parts[0]].append(float(row["s"]))
    return dict(found)


if __name__ == "__main__":
    main()
