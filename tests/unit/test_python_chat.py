"""`wattrag.Chat`: a chat model in a script, as the guide shows it."""

import asyncio

import pytest

import wattrag
from tests.chat_server import Sent
from wattrag.errors import InputError


@pytest.fixture
def prompts(chat):
    """The server's replies, by the words that were asked."""
    chat.question_of = lambda request: request["messages"][-1]["content"]
    return chat


def ask(folder, *asked, model="openai:m-1", **settings):
    async def run():
        async with wattrag.Chat(model, store=folder, **settings) as chat:
            replies = [await chat.complete(prompt) for prompt in asked]
            return replies, chat.usage

    return asyncio.run(run())


def test_a_prompt_gets_a_reply_that_is_stored(prompts, tmp_path):
    prompts.always("Retrieval-augmented generation.")
    replies, usage = ask(tmp_path, "What is RAG?", max_concurrent=5)
    assert replies == ["Retrieval-augmented generation."]
    assert (usage.calls, usage.output_tokens) == (1, 7)
    again, usage = ask(tmp_path, "What is RAG?")
    assert again == replies
    assert (usage.calls, usage.reused) == (0, 1)
    assert len(prompts.requests) == 1


def test_retries_are_set_as_in_the_guide(prompts, tmp_path):
    prompts.reply = lambda _, n: Sent(status=503) if n < 3 else Sent("at last")
    replies, usage = ask(tmp_path, "What?", max_retries=5, base_retry_delay=0.01)
    assert replies == ["at last"]
    assert usage.tries == 3


def test_a_declared_model_is_named_and_changed(prompts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompts.always("x")
    ask(tmp_path, "What?", model="gpt-4o-mini", base_url=prompts.url)
    assert prompts.requests[0]["model"] == "gpt-4o-mini-2024-07-18"


@pytest.mark.parametrize(
    ("model", "settings", "line"),
    [
        ("gpt-4o-mimi", {}, "did you mean 'gpt-4o-mini'"),
        ("opnai:m", {}, "provider"),
        ("openai:m", {"max_retrys": 3}, "max_retrys"),
        ("minilm", {}, "is no declared chat model"),
        ("sentence_transformers:m", {"dimensions": 3}, "is no chat model"),
    ],
)
def test_what_is_no_chat_model_is_bad_input(tmp_path, model, settings, line):
    with pytest.raises(InputError, match=line):
        wattrag.Chat(model, store=tmp_path, **settings)
