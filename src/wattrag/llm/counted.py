"""A model as jobs use it: behind its store, what it costs counted, held to the study's ceilings."""

from wattrag.config.chat import ChatEntry
from wattrag.config.settings import Limits
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.spending import Spending
from wattrag.llm.stored import StoredChat
from wattrag.store.completions import CompletionStore


def counted_chat(
    entry: ChatEntry,
    precision: str,
    store: CompletionStore,
    max_concurrent: int,
    job: str,
    *,
    limits: Limits | None = None,
) -> StoredChat:
    """The model of an entry; nothing is loaded or called before it is asked.

    Args:
        entry: of `models.yaml`.
        precision: one of those that the entry declares.
        store: of its replies; the ledger lies beside them.
        max_concurrent: calls in flight at a time, where the entry does not say; 0: no limit.
        job: what is done, for people who read the ledger.
        limits: ceilings of the study; None for none.
    """
    spending = Spending(store.root, job, entry, limits, max_concurrent=max_concurrent)
    model = chat_model(entry, precision, max_concurrent, store.root, spending.approve)
    return StoredChat(model, store, entry.prices, spending)
