"""A study small enough to run in seconds, with every kind of input, made by the test."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pymupdf
import yaml

ROOT = Path(__file__).resolve().parents[2]
SNAKEFILE = ROOT / "workflow" / "Snakefile"

DOCUMENTS = {
    "alder2021.pdf": """# Energy of the Alder cluster

## Setting

The Alder cluster is an invented example with 412 servers in one hall.
Training the Birch model on it used 37.5 MWh of electricity.
The hall reports a power usage effectiveness of 1.18.

## Water

Cooling took 910 liters of water for each MWh of computing.
""",
    "cedar2022.md": """# Carbon of the Cedar language model

The Cedar model is an invented example. Its training emitted 62 tCO2e in total.
Inference for one thousand queries used 4.2 kWh.

| Region | Intensity (gCO2e/kWh) |
|---|---|
| North | 48 |
| South | 391 |
""",
    "dogwood2023.txt": """Hardware lifetimes at the Dogwood institute

The Dogwood institute is an invented example. It replaces its accelerators after 5 years.
Idle accelerators drew 61 W on average in its survey.
""",
}

QUESTIONS = [
    ("t1", "How much electricity did training the Birch model use?", "37.5", "MWh", "alder2021"),
    ("t2", "What did the training of the Cedar model emit in total?", "62", "tCO2e", "cedar2022"),
    (
        "t3",
        "True or False: Idle accelerators drew power at Dogwood.",
        "1",
        "is_blank",
        "dogwood2023",
    ),
    ("t4", "How many liters of water did cooling take per MWh?", "910", "liters", "alder2021"),
    ("t5", "What did the Elm satellite cost to launch?", "is_blank", "USD", "is_blank"),
]

CHAT = "chat: {provider: openai, model_id: m-1, name: Chat, max_retries: 1, base_retry_delay: 0.01}"

CONFIG = {
    "sources": {"tiny": {"sheet": "metadata.csv"}},
    "retrievers": {
        "bm25": {"index": "tiny", "dense_weight": 0.0},
        "hybrid": {"index": "tiny"},
    },
    "pipelines": {"bm25": {"retriever": "bm25"}, "hybrid": {"retriever": "hybrid"}},
    "datafiles": {"train": {"path": "train.csv"}, "plain": {"path": "plain.csv"}},
    "ensembles": {"vote": {"members": ["*/extractive/none/run1", "external:lab/*"]}},
    "external_results": "external",
}


KNOWN_VECTORS = "WATTRAG_TEST_VECTORS"
"""Environment variable: vectors that a new study begins with, as loading the embedder takes longer
than all the rest."""


def write_document(path: Path, text: str) -> None:
    """Write a document; as a PDF its headings are set in larger type."""
    if path.suffix != ".pdf":
        path.write_text(text)
        return
    with pymupdf.open() as document:
        page = document.new_page()
        for number, line in enumerate(text.splitlines()):
            level = len(line) - len(line.lstrip("#"))
            size = {0: 10, 1: 18, 2: 14}[level]
            page.insert_text((72, 72 + 24 * number), line.lstrip("# "), fontsize=size)
        document.save(path, no_new_id=True)


def write_study(folder: Path, **config: object) -> None:
    """Write documents, sheet, questions, a foreign submission and `study.yaml` to `folder`."""
    for name, text in DOCUMENTS.items():
        write_document(folder / name, text)
    rows = [
        (Path(name).stem, text.split("\n")[0].lstrip("# "), name)
        for name, text in DOCUMENTS.items()
    ]
    write_csv(folder / "metadata.csv", ("id", "title", "url"), rows)
    gold = [(i, q, v, v, u, f"['{r}']" if r != "is_blank" else r) for i, q, v, u, r in QUESTIONS]
    columns = ("id", "question", "answer", "answer_value", "answer_unit", "ref_id")
    write_csv(folder / "train.csv", columns, gold)
    write_csv(folder / "plain.csv", ("id", "question"), [(i, q) for i, q, *_ in QUESTIONS[:2]])
    foreign = folder / "external" / "lab" / "train" / "oracle"
    foreign.mkdir(parents=True)
    answers = [(i, v, f'["{r}"]' if r != "is_blank" else r) for i, _, v, _, r in QUESTIONS]
    write_csv(foreign / "submission.csv", ("id", "answer_value", "ref_id"), answers)
    write_config(folder, {**CONFIG, **config})
    if known := os.environ.get(KNOWN_VECTORS):
        shutil.copytree(known, folder / ".wattrag" / "vectors")


def write_planned_study(folder: Path) -> None:
    """Write a study of one labelled datafile whose retriever has a chat model as planner."""
    retriever = {"index": "tiny", "dense_weight": 0.0, "planner": "chat"}
    write_study(
        folder,
        retrievers={"planned": retriever},
        pipelines={"planned": {"retriever": "planned"}},
        datafiles={"train": {"path": "train.csv"}},
        ensembles={},
        external_results=None,
    )
    declare(folder, CHAT)


EVIDENCE = "results/retrieval/bm25/train/none.jsonl"


def write_answering_study(folder: Path) -> None:
    """Write a study of one labelled datafile that the model `chat`, still to declare, answers."""
    write_study(
        folder,
        retrievers={"bm25": {"index": "tiny", "dense_weight": 0.0, "top_k_final": 2}},
        pipelines={"bm25": {"retriever": "bm25", "max_retries": 1}},
        datafiles={"train": {"path": "train.csv"}},
        models=["chat"],
        ensembles={},
        external_results=None,
    )
    declare(folder, CHAT)


def declare(folder: Path, entries: str) -> None:
    """Give a study a `models.yaml` of its own: the shipped one, and more entries."""
    (folder / "config").mkdir(exist_ok=True)
    shipped = (ROOT / "config/models.yaml").read_text()
    (folder / "config/models.yaml").write_text(f"{shipped}\n{entries}\n")


def write_config(folder: Path, config: object) -> None:
    """Write `study.yaml`."""
    (folder / "study.yaml").write_text(yaml.safe_dump(config, sort_keys=False))


def read_config(folder: Path) -> dict:
    """Read `study.yaml`."""
    return yaml.safe_load((folder / "study.yaml").read_text())


def write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple]) -> None:
    """Write a small CSV file."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as dictionaries."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def snakemake(
    folder: Path,
    *options: str,
    check: bool = True,
    env: dict[str, str] | None = None,
    snakefile: Path = SNAKEFILE,
) -> subprocess.CompletedProcess[str]:
    """Run the real command on `study.yaml` in `folder`; output is captured as one text."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--cores", "2"]
    done = subprocess.run(
        [*command, *options, "--configfile", "study.yaml"],
        check=False,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=300,
    )
    if check:
        assert done.returncode == 0, done.stdout[-8000:]
    return done
