"""Ceilings: what stops, what is finished and stored, what is asked again; and what is refused."""

import asyncio
import datetime as dt
import time
from types import SimpleNamespace

import pytest

from tests.batch_server import ENTRY as BATCHED
from tests.batch_server import MODEL, PACE, batch_server
from tests.chat_server import KEY, USAGE, Sent
from wattrag.config.chat import OpenAIModel, OpenRouterModel
from wattrag.config.local_chat import HFLocalModel, LlamaCppModel
from wattrag.config.prices import Prices
from wattrag.config.settings import Limits
from wattrag.datafiles.questions import Question
from wattrag.errors import InputError, LimitReachedError
from wattrag.hardware.watch import Watch
from wattrag.llm.batch.chat import BatchChat
from wattrag.llm.openai_protocol.completions import Server
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.spending import Spending, calls_at_once, check_priced
from wattrag.llm.stored import StoredChat
from wattrag.retrieval.planning.plan import plan
from wattrag.store.asked import Request
from wattrag.store.completions import Completion, CompletionStore
from wattrag.store.ledger import Account, Ledger

PRICES = Prices(input=0, output=1000, date=dt.date(2026, 1, 1))
A_CALL = USAGE.completion_tokens * 1000 / 1e6
ENTRY = OpenAIModel(provider="openai", model_id="m-1", name="M", prices=PRICES, max_retries=0)
LOCAL = HFLocalModel(provider="hf_local", path="/none", name="L", device="cpu")
QUESTIONS = [Question(f"q{n}", f"What is {n}?") for n in range(12)]


def planning(folder, limits, entry=ENTRY, concurrent=2):
    spending = Spending(folder, "plan", entry, limits, max_concurrent=concurrent)
    model = chat_model(entry, "api", concurrent, folder, spending.approve)
    with CompletionStore(folder) as store:
        return plan(QUESTIONS, StoredChat(model, store, None, spending), 3, 64).plans


def test_calls_in_flight_finish_are_stored_and_pass_the_ceiling_by_no_more(chat, tmp_path):
    chat.always(seconds=0.05)
    allowed = 4.5 * A_CALL
    with pytest.raises(LimitReachedError) as reached:
        planning(tmp_path, Limits(usd=allowed))
    asked = len(chat.requests)
    assert asked in {5, 6}
    spent = Ledger(tmp_path).total().usd
    assert spent == pytest.approx(asked * A_CALL)
    assert spent - allowed <= 2 * A_CALL
    line = str(reached.value)
    assert line.startswith(f"limits.usd is reached: {spent:.4g} of {allowed:g} US dollars are")
    assert f"; {asked} of 12 questions are planned and stored; raise limits.usd" in line
    assert "\n" not in line

    with pytest.raises(LimitReachedError):
        planning(tmp_path, Limits(usd=allowed))
    assert len(chat.requests) == asked

    assert len(planning(tmp_path, Limits(usd=1))) == len(QUESTIONS)
    assert sorted(chat.questions) == sorted(q.question for q in QUESTIONS)
    assert Ledger(tmp_path).total().usd == pytest.approx(12 * A_CALL)


def test_what_is_stored_is_free_whatever_the_ceiling(chat, tmp_path):
    plans = planning(tmp_path, None)
    assert planning(tmp_path, Limits(usd=0)) == plans


def test_a_ceiling_of_nothing_lets_no_call_start(chat, tmp_path):
    with pytest.raises(LimitReachedError, match="0 of 0 US dollars"):
        planning(tmp_path, Limits(usd=0))
    assert chat.requests == []


def test_what_other_jobs_spend_meanwhile_counts(chat, tmp_path, monkeypatch):
    monkeypatch.setattr("wattrag.llm.spending.REREAD_SECONDS", 0)
    other = Account(tmp_path, "other")

    def reply(_question, number):
        if number == 3:
            other.pay(1.0)
        return Sent()

    chat.reply = reply
    with pytest.raises(LimitReachedError, match=r"limits.usd is reached: 1.0\d+ of 1 US"):
        planning(tmp_path, Limits(usd=1), concurrent=1)
    assert len(chat.requests) == 3


def test_a_model_without_prices_is_refused_before_anything_is_asked(chat, tmp_path):
    unpriced = ENTRY.model_copy(update={"prices": None})
    with pytest.raises(InputError, match=r"limits\.usd cannot be kept: the model has no `prices`"):
        planning(tmp_path, Limits(usd=1), unpriced)
    assert chat.requests == []
    assert len(planning(tmp_path, Limits(wh=0, gpu_hours=0), unpriced)) == len(QUESTIONS)
    assert Ledger(tmp_path).total().unpriced == len(QUESTIONS)


def test_models_that_run_here_or_state_their_cost_need_no_prices():
    limits = Limits(usd=1)
    check_priced(LOCAL, limits)
    check_priced(OpenRouterModel(provider="openrouter", model_id="m", name="M"), limits)
    check_priced(
        OpenAIModel(provider="openai", model_id="m", name="M", serve="llama_cpp", path="m.gguf"),
        limits,
    )


def test_a_reply_without_its_tokens_stops_what_a_ceiling_cannot_count(chat, tmp_path):
    body = b'{"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}'
    chat.reply = lambda _question, _number: Sent(body=body)
    with pytest.raises(LimitReachedError, match="a reply of 'M' came without its price"):
        planning(tmp_path, Limits(usd=1), concurrent=1)
    assert len(chat.requests) == 1


def test_under_a_ceiling_no_more_calls_start_than_the_model_makes_at_a_time():
    gguf = LlamaCppModel(provider="llama_cpp", path="m.gguf", name="G", quantization="Q4_K_M")
    assert calls_at_once(gguf, 5) == 1
    assert calls_at_once(LOCAL.model_copy(update={"batch_size": 1}), 5) == 1
    assert calls_at_once(LOCAL.model_copy(update={"batch_size": 8}), 5) == 8
    assert calls_at_once(ENTRY, 5) == 5
    assert calls_at_once(ENTRY.model_copy(update={"max_concurrent": 0}), 5) == 32


class Slow:
    """A model that runs here, in step with the test's counter."""

    def __init__(self, counter):
        self.key, self.counter, self.asked = MODEL, counter, 0

    async def complete(self, _request):
        self.asked += 1
        await asyncio.sleep(0.02)
        self.counter.joules_shown += 3600
        return Completion(
            text="x", finish_reason="stop", input_tokens=1, output_tokens=1, seconds=0.02
        )

    async def close(self):
        pass


def locally(folder, limits, *, source, entry=LOCAL):
    """Ask a model that runs here ten questions, one after another; how many it was asked."""
    account = []
    watch = Watch(lambda *told: account.append(told), gpus=False, source_of=lambda _: source)
    spending = Spending(folder, "job", entry, limits, watch=watch)
    model = Slow(source if source is not None else SimpleNamespace(joules_shown=0))

    async def run():
        with CompletionStore(folder) as store:
            chat = StoredChat(model, store, spending=spending)
            try:
                for n in range(10):
                    await chat.complete(Request([{"role": "user", "content": f"{n}"}], 9, 0.0))
            finally:
                await chat.close()

    try:
        asyncio.run(run())
    except LimitReachedError as error:
        return model.asked, str(error)
    return model.asked, spending.energy()


def counter():
    source = SimpleNamespace(method="rapl", devices=1, joules_shown=0)
    source.joules = lambda: source.joules_shown
    return source


def test_energy_has_a_ceiling_and_is_known_for_the_time_of_generating(tmp_path):
    asked, line = locally(tmp_path, Limits(wh=3), source=counter())
    assert asked == 3
    assert line.startswith("limits.wh is reached: 3 of 3 watt-hours are spent; raise limits.wh")
    asked, energy = locally(tmp_path / "other", Limits(wh=100), source=counter())
    assert (asked, energy.method) == (10, "rapl")
    assert 8 < energy.wh <= 10


def test_energy_that_cannot_be_measured_is_refused_only_if_it_has_a_ceiling(tmp_path):
    with pytest.raises(InputError, match=r"limits\.wh cannot be kept: nothing here tells"):
        locally(tmp_path, Limits(wh=3), source=None)
    asked, energy = locally(tmp_path, None, source=None)
    assert (asked, energy.wh) == (10, None)


def test_energy_and_gpu_time_are_kept_in_the_ledger(tmp_path):
    account = Account(tmp_path, "job")
    source = counter()
    watch = Watch(account.use, gpus=False, source_of=lambda _: source)
    watch.start()
    source.joules_shown = 7200
    watch.stop()
    total = Ledger(tmp_path).total()
    assert (total.wh, total.gpu_seconds) == (2.0, 0.0)


def test_gpu_time_has_a_ceiling(tmp_path):
    Account(tmp_path, "earlier").use(None, 3600)
    entry = HFLocalModel(provider="hf_local", path="/none", name="L")
    asked, line = locally(tmp_path, Limits(gpu_hours=1), source=None, entry=entry)
    assert asked == 0
    assert line.startswith("limits.gpu_hours is reached: 1 of 1 GPU hours are spent")


def batched(folder, limits, questions):
    entry = BATCHED.model_copy(update={"prices": PRICES})
    spending = Spending(folder, "job", entry, limits)
    server = Server(None, "OPENAI_API_KEY", {})
    model = BatchChat(entry, MODEL, server, folder, PACE, approve=spending.approve)

    async def run():
        with CompletionStore(folder) as store:
            chat = StoredChat(model, store, entry.prices, spending)
            requests = [Request([{"role": "user", "content": q}], 9, 0.0) for q in questions]
            try:
                return await asyncio.gather(*map(chat.complete, requests), return_exceptions=True)
            finally:
                await chat.close()

    return asyncio.run(run())


def test_a_batch_that_may_cost_too_much_is_not_handed_in(tmp_path, monkeypatch):
    with batch_server() as api:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", api.url)
        replies = batched(tmp_path, Limits(usd=0.012), ["why", "how", "when"])
        assert {type(reply) for reply in replies} == {LimitReachedError}
        assert "a batch of 3 requests may cost 0.0135 US dollars, 0 of 0.012" in str(replies[0])
        assert not api.batches

        replies = batched(tmp_path, Limits(usd=0.014), ["why", "how", "when"])
        spent = Ledger(tmp_path).total().usd
        assert spent == pytest.approx(sum(r.output_tokens for r in replies) * 1000 / 1e6 / 2)
        assert 0 < spent <= 0.0135


def test_without_a_ceiling_calls_do_not_wait_for_one_another(chat, tmp_path):
    chat.always(seconds=0.2)
    started = time.monotonic()
    planning(tmp_path, None, concurrent=0)
    assert time.monotonic() - started < 2
    assert chat.most_at_once > 2
