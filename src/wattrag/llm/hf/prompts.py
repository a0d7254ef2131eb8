"""From messages to the tokens of a prompt, by the model's own chat template."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattrag.errors import ContextOverflowError, InputError
from wattrag.llm.system_role import folded

if TYPE_CHECKING:
    from wattrag.config.local_chat import HFLocalModel
    from wattrag.llm.hf.load import Loaded
    from wattrag.store.asked import Message, Request


def prompt_tokens(entry: "HFLocalModel", loaded: "Loaded", request: "Request") -> tuple[int, ...]:
    """The prompt of a request.

    Raises:
        InputError: the model has no chat template, or it refuses these messages.
        ContextOverflowError: prompt and reply are longer than the model's window.
    """
    text = _rendered(entry, loaded.tokenizer, request.messages)
    tokens = tuple(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])
    needs, window = len(tokens) + request.max_new_tokens, loaded.window
    if window is not None and needs > window:
        raise ContextOverflowError(
            f"{entry.name}: {len(tokens)} tokens and a reply of {request.max_new_tokens} "
            f"are longer than its window of {window}"
        )
    return tokens


def _rendered(entry: "HFLocalModel", tokenizer: Any, messages: "Sequence[Message]") -> str:
    from jinja2.exceptions import TemplateError

    if not tokenizer.chat_template:
        cure = "declare a chat model: base models have none"
        raise InputError(entry.name, "has no chat template", cure)

    def render(given: "Sequence[Message]") -> str:
        text: str = tokenizer.apply_chat_template(
            list(given), add_generation_prompt=True, tokenize=False, **entry.template_options
        )
        return text

    refused = None
    for given in (messages, folded(messages)):  # some templates know no system role
        if given is not None:
            try:
                return render(given)
            except TemplateError as error:
                refused = error
    problem = f"its chat template refuses the messages ({refused})"
    cure = "see its `chat_template`, and `template_options` in models.yaml"
    raise InputError(entry.name, problem, cure) from refused
