"""Calls to models: how full the slots are kept, what failures and kills cost, the store's speed.

    python benchmarks/models.py [--parts throughput failing kills store local] [--calls 2820]

throughput  calls to a server of 200 ms, against what its slots could do at best
failing     30 % of the tries fail in every way a server can (`benchmarks/chat_server.py`)
kills       the client is killed at random moments and started again
store       100,000 records of 2 kB: opening, looking up, eight writers at once
local       64 prompts to a tiny model on the CPU, together and one by one

Everything is real: `wattrag`'s client and store, and an HTTP server on this machine in a process of
its own. `local` is `benchmarks/local_models.py`, which has options for GPUs and real shapes.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattrag.config.chat import OpenAIModel
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.stored import StoredChat
from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore

SECONDS = 0.2
"""Of a call."""
EVIDENCE = "Training used 1,287 MWh of electricity. " * 150
"""As long as a usual prompt, 6,000 characters."""
KILLS, RECORDS, WRITERS = 20, 100_000, 8
PARTS = ("throughput", "failing", "kills", "store", "local")


def main() -> None:
    """Run the parts that are asked for."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    arguments.add_argument("--calls", type=int, default=2820)
    arguments.add_argument("--answer", nargs=3, metavar=("PORT", "STORE", "CALLS"))
    given = arguments.parse_args()
    os.environ["OPENAI_API_KEY"] = "none"
    if given.answer:  # the client of `kills`
        port, store, calls = given.answer
        asyncio.run(ask_all(int(port), Path(store), int(calls), 32))
        return
    with tempfile.TemporaryDirectory() as folder:
        for part in given.parts:
            globals()[f"measure_{part}"](Path(folder) / part, given.calls)


def measure_throughput(folder: Path, calls: int) -> None:
    """Wall time against calls in flight divided by the seconds of a call."""
    table("calls in flight", ("calls per second", "at best", "share", "CPU ms a call"))
    for concurrent in (32, 128):
        with server() as port:
            started, used = time.perf_counter(), time.process_time()
            asyncio.run(ask_all(port, folder / str(concurrent), calls, concurrent))
            wall, used = time.perf_counter() - started, time.process_time() - used
        best = concurrent / SECONDS
        row(str(concurrent), calls / wall, best, calls / wall / best, used / calls * 1000)


def measure_failing(folder: Path, calls: int, concurrent: int = 32) -> None:
    """What failures cost: wall time against a run without them, times the tries for each call."""
    walls, counted = [], {}
    for failing in (0, 0.3):
        with server(failing) as port:
            started = time.perf_counter()
            asyncio.run(
                ask_all(port, folder / str(failing), calls, concurrent, 1 if failing else 60)
            )
            walls.append(time.perf_counter() - started)
            counted = counts(port)
    tries = counted["tries"] / calls
    table("30 % failing", ("value", "wanted"))
    row("answered", stored(folder / "0.3", calls), f"{calls:,}")
    row("fully received and asked again", counted["replied_twice"], "0")
    row("tries a call", tries, "")
    row("wall s, without failures", walls[0], "")
    row("wall s", walls[1], "")
    row("ratio to failure-free times tries a call", walls[1] / walls[0] / tries, "≤ 1.6")
    print("\nFailures:", ", ".join(f"{k} {n}" for k, n in sorted(counted["kinds"].items())))


def measure_kills(folder: Path, calls: int, concurrent: int = 32) -> None:
    """Kill the client at random moments; the next one asks only what is not stored."""
    draw, command = random.Random(0), [sys.executable, __file__, "--answer"]
    with server() as port:
        run = [*command, str(port), str(folder), str(calls)]
        for _ in range(KILLS):
            client = subprocess.Popen(run)
            seen = counts(port)["tries"]
            while client.poll() is None and counts(port)["tries"] == seen:
                time.sleep(0.05)
            time.sleep(draw.uniform(0, 0.8))
            client.send_signal(signal.SIGKILL)
            client.wait()
        subprocess.run(run, check=True)
        time.sleep(2 * SECONDS)
        counted = counts(port)
    table(f"{KILLS} kills", ("value", "wanted"))
    row("answered", stored(folder, calls), f"{calls:,}")
    repeated = counted["tries"] - calls
    row("calls made again, a kill", repeated / KILLS, f"≤ {concurrent}")


def measure_store(folder: Path, _calls: int) -> None:
    """Open and look up many records; write from several processes at once."""
    model = ModelKey("openai", "m", None, "api", {})
    text = "x" * 1800
    with CompletionStore(folder) as store:
        for number in range(RECORDS):
            store.add(asked(model, number), completion(text))
    size = sum(path.stat().st_size for path in folder.rglob("*.segment"))
    store = CompletionStore(folder)
    opening = timed(lambda: store.get(asked(model, 0)))
    wanted = [asked(model, number) for number in random.Random(0).sample(range(RECORDS), 2000)]
    looks = [timed(lambda one=one: store.get(one)) for one in wanted]
    with multiprocessing.Pool(WRITERS) as pool:
        pool.starmap(write, [(folder, writer, 500) for writer in range(WRITERS)])
    again = CompletionStore(folder)
    written = [asked(model, f"{w}/{n}") for w in range(WRITERS) for n in range(500)]
    lost = sum(again.get(one) is None for one in written)
    table(f"{RECORDS:,} records of {size / RECORDS:,.0f} bytes", ("value", "wanted"))
    row("opening, s", opening, "≤ 2")
    row("look-up, p50 µs", statistics.median(looks) * 1e6, "≤ 50")
    row(f"lost by {WRITERS} writers at once", lost, "0")
    row("damaged", again.damage.records, "0")


def measure_local(_folder: Path, _calls: int) -> None:
    """Continuous batching against single streams, each on one thread."""
    print(flush=True)
    script = str(Path(__file__).with_name("local_models.py"))
    subprocess.run([sys.executable, script], check=True)


def write(folder: Path, writer: int, count: int) -> None:
    """One of the writers."""
    with CompletionStore(folder) as store:
        for number in range(count):
            model = ModelKey("openai", "m", None, "api", {})
            store.add(asked(model, f"{writer}/{number}"), completion("y" * 1800))


async def ask_all(
    port: int,
    store: Path,
    calls: int,
    concurrent: int,
    timeout: float = 60,
) -> None:
    """Ask so many questions through the store."""
    entry = OpenAIModel(
        provider="openai",
        model_id="m",
        name="M",
        base_url=f"http://127.0.0.1:{port}/v1",
        base_retry_delay=0.05,
        timeout_seconds=timeout,
    )
    with CompletionStore(store) as opened:
        chat = StoredChat(chat_model(entry, "api", concurrent), opened)
        await asyncio.gather(*(chat.complete(request(number)) for number in range(calls)))
        await chat.close()


def stored(store: Path, calls: int) -> int:
    """How many of the questions have a stored reply, whatever the server's port was."""
    found = set()
    for folder in (store / "completions").iterdir():
        model = ModelKey(**json.loads((folder / "model.json").read_text()))
        opened = CompletionStore(store)
        wanted = range(calls)
        found |= {n for n in wanted if opened.get(Asked(model, request(n))) is not None}
    return len(found)


def request(number: int | str) -> Request:
    """The request of one question."""
    return Request([{"role": "user", "content": f"{number}: {EVIDENCE}"}], 512, 0.2)


def asked(model: ModelKey, number: int | str) -> Asked:
    """The same, short, for the store alone."""
    return Asked(model, Request([{"role": "user", "content": f"{number}?"}], 512, 0.2))


def completion(text: str) -> Completion:
    """A stored reply."""
    return Completion(
        text=text, finish_reason="stop", input_tokens=900, output_tokens=20, seconds=0.2
    )


@contextmanager
def server(failing: float = 0) -> Iterator[int]:
    """The port of a server that runs while the block does."""
    script = str(Path(__file__).with_name("chat_server.py"))
    command = [sys.executable, script, str(SECONDS), str(failing), "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()


def counts(port: int) -> dict:
    """What the server has met."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts") as reply:
        return json.load(reply)


def timed(work: object) -> float:
    """Wall seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(name: str, columns: tuple[str, ...]) -> None:
    """Begin a Markdown table."""
    print(f"\n| {name} | " + " | ".join(columns) + " |\n|---" + "|---:" * len(columns) + "|")


def row(name: str, *cells: float | str) -> None:
    """A row of it; numbers to four digits."""
    shown = [c if isinstance(c, str) else f"{c:,.0f}" if c >= 1000 else f"{c:.4g}" for c in cells]
    print(f"| {name} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
