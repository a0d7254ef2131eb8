"""Answers a question from the store with a local model; fails if anything heavy was imported."""

import sys
from pathlib import Path

from wattrag.answering.answer import answer_questions
from wattrag.answering.chat.prompt import load_prompt
from wattrag.answering.chat.reply import SCHEMA
from wattrag.answering.models import Reading, reader_for
from wattrag.answering.reader import Evidence
from wattrag.config.local_chat import HFLocalModel
from wattrag.config.settings import Generation
from wattrag.retrieval.records import Attempt, Cited, Retrieved, Snippet
from wattrag.store.asked import Asked, ModelKey, Request
from wattrag.store.completions import Completion, CompletionStore

HEAVY = ("torch", "transformers", "llama_cpp", "openai", "boto3")

entry = HFLocalModel(provider="hf_local", path="nowhere", name="Gone", vram_gb={"fp32": 1})
generation = Generation()
question = Retrieved(
    id="q1",
    question="How much?",
    queries=("How much?",),
    attempts=(Attempt(attempt=0, top_k=8, top_k_final=10, hits=(), context=("a:sec0:p0",)),),
    snippets={"a:sec0:p0": Snippet(node_id="a:sec0:p0", document_id="a", text="It was 5.")},
    hit_texts={},
    documents={"a": Cited(title="A", url="")},
)
prompt = load_prompt("wattbot", context_first=False)
messages = prompt.messages(
    question.question, question.answer_unit, Evidence.of(question, 0).context
)
request = Request(messages, generation.max_new_tokens, generation.temperature, 1, SCHEMA)
reply = Completion(
    text='{"answer_value": "5", "ref_id": ["a"]}', finish_reason="stop",
    input_tokens=1, output_tokens=1, seconds=1,
)  # fmt: skip
with CompletionStore(Path(sys.argv[1])) as store:
    store.add(Asked(ModelKey(**entry.identity("fp32")), request), reply)
    reader = reader_for("gone", entry, Reading(prompt, generation, store))
    [answered] = answer_questions([question], reader, 0)
assert answered.record.answer.value == "5", answered
assert [name for name in HEAVY if name in sys.modules] == []
