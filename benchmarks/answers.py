"""What answering costs besides model and network: milliseconds a question, by part.

    python benchmarks/answers.py TREES QUESTIONS [--store DIR] [--count 282]

TREES is a folder of document trees, QUESTIONS a question file; where it holds fewer than COUNT
questions, they are put again in other words. All is real, as in a study: the default index and
retriever, the prompt, fitting to a declared window, the completion store, reading replies, checks,
files. Only the model is left out: in its place stands an object that replies at once, in JSON with
a value and a quotation of the evidence, or, to one question in five, with a blank, so that deeper
attempts are made.

retrieve  searching, fusing, expanding for all attempts, writing; question vectors are known
read      reading what was retrieved, as the next job of a study does
answer    all of the job between its files; of it:
prompt    fitting the evidence to the window, writing the messages
store     the key of a request, looking it up, storing the reply
parse     from reply to answer
record    citations, checks, the record, turns between questions
write     answers.jsonl, usage.json, submission.csv

All is done twice, the second time with all replies from the store. Arrays: on one thread.
"""

import argparse
import gc
import json
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from wattrag.answering.answer import Answered, answer_questions
from wattrag.answering.chat.prompt import load_prompt
from wattrag.answering.chat.reader import Asking, ChatReader
from wattrag.answering.submission import submission_rows
from wattrag.answering.usage import usage
from wattrag.config.models import read_models
from wattrag.config.settings import Generation, Index, Pipeline, Retriever
from wattrag.datafiles.questions import Question, read_questions
from wattrag.datafiles.submission import write_submission
from wattrag.files import read_jsonl, write_json, write_jsonl
from wattrag.index.build import build_index
from wattrag.index.cache import embed_texts
from wattrag.index.read import OpenIndex, open_index
from wattrag.llm.embedders.embedding import Embedder, load_embedder
from wattrag.llm.stored import StoredChat
from wattrag.retrieval.records import Retrieved
from wattrag.retrieval.retrieve import retrieve
from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore
from wattrag.store.vectors import VectorStore

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MS = 5
WINDOW = 8192
"""Tokens: the evidence of deeper attempts is cut to it."""
ANSWERING = ("read", "answer", "write")
PARTS = ("retrieve", "read", "answer", "prompt", "store", "parse", "record", "write")
DEPTH = Pipeline(retriever="x").max_retries
EXCERPT = re.compile(r"^\[ref_id=([^\]]+)\] (.+)", re.MULTILINE)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class NoModel:
    """In place of a model: replies at once with what the prompt shows."""

    key = ModelKey("none", "none", None, "none", {})

    def __init__(self) -> None:
        self.taken = Taken()

    async def complete(self, request: Request) -> Completion:
        """See `ChatModel`."""
        return self.taken.timed("model", lambda: self.reply(request))

    def reply(self, request: Request) -> Completion:
        """The first excerpt, quoted and cited, with its first number."""
        prompt = request.messages[-1]["content"]
        document, text = EXCERPT.search(prompt).groups()
        number = NUMBER.search(text)
        reply = {
            "explanation": f"An excerpt of {document} states the figure, as its authors measured.",
            "answer": f"about {number[0]}" if number else "as described",
            "answer_value": number[0] if number else "as described",
            "ref_id": [document],
            "supporting_materials": text[:300],
        }
        if sum(map(ord, prompt[:60])) % 5 == 0:
            reply |= {"answer": "", "answer_value": "is_blank", "ref_id": []}
        return Completion(
            text=json.dumps(reply, indent=1),
            finish_reason="stop",
            input_tokens=len(prompt) // 4,
            output_tokens=120,
            seconds=0.0,
        )

    async def close(self) -> None:
        """Nothing is open."""


class TimedStore(CompletionStore):
    """A store that adds up its wall seconds."""

    seconds = 0.0

    def get(self, asked: Asked) -> Completion | None:
        """See `CompletionStore`."""
        started = time.perf_counter()
        found = super().get(asked)
        self.seconds += time.perf_counter() - started
        return found

    def add(self, asked: Asked, completion: Completion) -> None:
        """See `CompletionStore`."""
        started = time.perf_counter()
        super().add(asked, completion)
        self.seconds += time.perf_counter() - started


@dataclass
class Taken:
    """Seconds by part: of the wall and of the CPU; of parts of `answer` the wall's alone."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    def timed(self, part: str, work: Any) -> Any:
        """Do the work, and note what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall[part] = self.wall.get(part, 0.0) + time.perf_counter() - wall
        self.cpu[part] = self.cpu.get(part, 0.0) + time.process_time() - cpu
        return result


def main() -> None:
    """Build the index, then retrieve, answer and write twice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path, help="keeps vectors from one run to the next")
    parser.add_argument("--count", type=int, default=282)
    options = parser.parse_args()
    embedder = load_embedder(read_models(ROOT / "config" / "models.yaml")["minilm"])
    with tempfile.TemporaryDirectory() as name, threadpool_limits(1):
        folder = Path(name)
        vectors = VectorStore(options.store or folder / "store")
        trees = sorted(options.trees.glob("*.json"))
        build_index(trees, folder / "index", Index(corpus="x"), embedder, vectors)
        questions = filled_up(read_questions(options.questions).questions, options.count)
        embed_texts(embedder, vectors, [q.question for q in questions], "query")
        index = open_index(folder / "index")
        study = Study(folder, index, questions, embedder, vectors)
        study.run()  # the first one opens and compiles what later ones find
        gc.freeze()  # the job that answers holds no index
        (folder / "completions").rename(folder / "of the first")
        report(len(questions), study.run(), study.run())


@dataclass(frozen=True)
class Study:
    """What all runs have in common."""

    folder: Path
    index: OpenIndex
    questions: Sequence[Question]
    embedder: Embedder
    vectors: VectorStore

    def run(self) -> Taken:
        """The jobs `retrieve` and `answer`, and what they took without model and network."""
        taken, path = Taken(), self.folder / "retrieved.jsonl"
        taken.timed("retrieve", lambda: self.retrieve(path))
        retrieved = taken.timed("read", lambda: [Retrieved(**row) for row in read_jsonl(path)])
        model = NoModel()
        with TimedStore(self.folder) as store:
            answered = taken.timed("answer", lambda: answer(retrieved, model, store))
        for seconds, left_out in ((taken.wall, model.taken.wall), (taken.cpu, model.taken.cpu)):
            seconds["answer"] -= left_out.get("model", 0.0)
        logs = [made.log for one in answered for made in one.attempts]
        inner = {
            "prompt": sum(log.prompt_seconds for log in logs),
            "store": store.seconds,
            "parse": sum(log.parse_seconds for log in logs),
        }
        taken.wall |= {**inner, "record": taken.wall["answer"] - sum(inner.values())}
        taken.timed("write", lambda: write(answered, self.folder))
        return taken

    def retrieve(self, path: Path) -> None:
        """The evidence of all attempts, in a file."""
        settings = Retriever(index="x")
        found = retrieve(self.index, self.questions, settings, DEPTH, self.embedder, self.vectors)
        write_jsonl(path, (one.model_dump(mode="json") for one in found))


def answer(
    retrieved: Sequence[Retrieved], model: NoModel, store: CompletionStore
) -> list[Answered]:
    """All questions, as the job `answer` does."""
    generation = Generation()
    prompt = load_prompt("wattbot", context_first=False)
    asking = Asking(prompt, generation.max_new_tokens, generation.temperature, 1, WINDOW)
    return answer_questions(retrieved, ChatReader(StoredChat(model, store), asking), DEPTH)


def write(answered: Sequence[Answered], folder: Path) -> None:
    """The files of an experiment."""
    records = [one.record for one in answered]
    write_jsonl(folder / "answers.jsonl", (r.model_dump(mode="json") for r in records))
    write_json(folder / "usage.json", usage(answered, 1.0))
    write_submission(folder / "submission.csv", submission_rows(records))


def filled_up(questions: Sequence[Question], count: int) -> list[Question]:
    """So many questions; repeats are put in other words."""
    found = []
    for number in range(count):
        turn, place = divmod(number, len(questions))
        one = questions[place]
        words = f"{one.question} Please look at report {turn}." if turn else one.question
        found.append(replace(one, id=f"{one.id}-{turn}", question=words))
    return found


def report(count: int, first: Taken, again: Taken) -> None:
    """Print a table of milliseconds a question."""
    print(f"| {count} questions, ms a question | wall | CPU | from the store: wall | CPU |")
    print("|---|---:|---:|---:|---:|")
    for part in PARTS:
        print(f"| {part} | {row(count, part, first)} | {row(count, part, again)} |")
    for taken in (first, again):
        for seconds in (taken.wall, taken.cpu):
            seconds["but retrieval"] = sum(seconds[part] for part in ANSWERING)
    both = f"{row(count, 'but retrieval', first)} | {row(count, 'but retrieval', again)}"
    print(f"| **all but retrieval**, ≤ {LIMIT_MS} wanted | {both} |")


def row(count: int, part: str, taken: Taken) -> str:
    """Two cells: milliseconds a question of the wall and of the CPU, if it was measured."""
    cells = [taken.wall[part], taken.cpu.get(part)]
    return " | ".join("" if cell is None else f"{1000 * cell / count:.2f}" for cell in cells)


if __name__ == "__main__":
    main()
