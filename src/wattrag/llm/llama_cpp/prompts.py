"""What llama.cpp is given for a request: the tokens of its prompt, and the grammar of its reply."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wattrag.config.local_chat import LlamaCppModel
from wattrag.errors import ContextOverflowError, InputError
from wattrag.llm.system_role import folded
from wattrag.store.asked import Message, Request

if TYPE_CHECKING:
    from wattrag.llm.llama_cpp.load import Loaded


def prompt_tokens(entry: LlamaCppModel, loaded: "Loaded", request: Request) -> list[int]:
    """The prompt of a request.

    Raises:
        InputError: the model's chat template refuses these messages.
        ContextOverflowError: prompt and reply are longer than the window.
    """
    text = _rendered(entry, loaded, request.messages)
    tokens: list[int] = loaded.llama.tokenize(text.encode(), add_bos=False, special=True)
    if len(tokens) + request.max_new_tokens > entry.context_tokens:
        raise ContextOverflowError(
            f"{entry.name}: {len(tokens)} tokens and a reply of {request.max_new_tokens} "
            f"are longer than its window of {entry.context_tokens}"
        )
    return tokens


def grammar_of(entry: LlamaCppModel, loaded: "Loaded", request: Request) -> Any:
    """What holds a reply to the schema of a request; None for free text.

    Raises:
        InputError: llama.cpp cannot hold a reply to this schema. The library's own way to give it
            one takes any JSON then, without a word.
    """
    if request.schema is None:
        return None
    library = loaded.library
    try:
        text = library.llama_grammar.json_schema_to_gbnf(json.dumps(request.schema))
    except Exception as error:  # of many kinds, for a schema that it does not know
        problem = f"llama.cpp cannot hold a reply to its schema ({error})"
        raise InputError(entry.name, problem) from error
    sampler = library.llama_sampler_init_grammar(loaded.vocabulary, text.encode(), b"root")
    if sampler is None:  # to add it all the same would end this process
        raise InputError(entry.name, "llama.cpp refuses the grammar of a reply")
    library.llama_sampler_free(sampler)
    return library.LlamaGrammar.from_string(text, verbose=False)


def _rendered(entry: LlamaCppModel, loaded: "Loaded", messages: Sequence[Message]) -> str:
    from jinja2.exceptions import TemplateError

    refused: Exception | None = None
    for given in (messages, folded(messages)):  # some templates know no system role
        if given is not None:
            try:
                return loaded.render(given)
            except (TemplateError, ValueError) as error:
                refused = error
    problem = f"its chat template refuses the messages ({refused})"
    raise InputError(entry.name, problem, "take another GGUF file") from refused
