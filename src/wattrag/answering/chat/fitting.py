"""Evidence that fits a model's window: the last pieces go first, the first one is cut at last."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wattrag.answering.reader import Evidence
from wattrag.llm.tokens import IMAGE_TOKENS, estimated_tokens
from wattrag.retrieval.records import Snippet

TEMPLATE_TOKENS = 60
"""What a chat template adds to two messages, and to spare."""
SMALLEST = 40
"""Tokens of evidence below which no answer can be expected."""
CUT = " …"
_BETWEEN = 4


def fitted(
    evidence: Evidence, tokens: int | None, shown: Callable[[Snippet], str]
) -> Evidence | None:
    """The evidence, in its order, as far as it fits: text, then captions, then images.

    Args:
        evidence: of an attempt.
        tokens: that all of it may have together, by estimate; None for no limit.
        shown: a snippet as the prompt shows it.

    Returns:
        None if not even a part of the first piece fits.
    """
    if tokens is None:
        return evidence
    context, left = _kept(evidence.context, tokens, shown)
    if not context and evidence.context:
        first = _cut(evidence.context[0], tokens, shown)
        if first is None:
            return None
        return replace(evidence, context=(first,), media=(), images={})
    media, left = _kept(evidence.media, left, shown)
    with_image = [s.node_id for s in media if s.node_id in evidence.images]
    images = {name: evidence.images[name] for name in with_image[: left // IMAGE_TOKENS]}
    return replace(evidence, context=context, media=media, images=images)


def tokens_of(snippets: Iterable[Snippet], num_images: int, shown: Callable[[Snippet], str]) -> int:
    """What evidence takes, by estimate."""
    return sum(estimated_tokens(shown(s)) for s in snippets) + IMAGE_TOKENS * num_images


def _kept(
    snippets: Sequence[Snippet], tokens: int, shown: Callable[[Snippet], str]
) -> tuple[tuple[Snippet, ...], int]:
    """The first snippets that fit together, and the tokens that are left."""
    kept: list[Snippet] = []
    for snippet in snippets:
        needed = estimated_tokens(shown(snippet)) + _BETWEEN
        if needed > tokens:
            break
        kept.append(snippet)
        tokens -= needed
    return tuple(kept), tokens


def _cut(snippet: Snippet, tokens: int, shown: Callable[[Snippet], str]) -> Snippet | None:
    """The beginning of a snippet, whole words of it; None if too little would be left."""

    def beginning(length: int) -> Snippet:
        return snippet.model_copy(update={"text": snippet.text[:length] + CUT})

    if tokens - estimated_tokens(shown(beginning(0))) < SMALLEST:
        return None
    low, high = 0, len(snippet.text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        fits = estimated_tokens(shown(beginning(middle))) <= tokens
        low, high = (middle, high) if fits else (low, middle - 1)
    words = snippet.text[:low].rsplit(None, 1)
    return beginning(len(words[0]) if low < len(snippet.text) and len(words) > 1 else low)
