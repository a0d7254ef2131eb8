"""Evidence with the images of its figures: which of them are sent, and what is said of each."""

from dataclasses import replace

from wattrag.answering.reader import Evidence
from wattrag.corpus.images import CorpusImages
from wattrag.retrieval.records import Media, Snippet

MOST_IMAGES = 8
"""Of a request; the figures shown first are sent."""
MOST_BYTES = 6_000_000
"""Of all images of a request together, before they are encoded."""


def illustrated(evidence: Evidence, images: CorpusImages) -> Evidence:
    """The evidence with the images of its first figures, in the order of its media.

    A figure that is sent has a caption in the media, even if the context shows it too: a model
    must know which image is which. Figures without an image, and those beyond the bounds, are
    shown by their captions alone, as in evidence without images.
    """
    sent: dict[str, bytes] = {}
    size = 0
    for figure in evidence.figures:
        data = images.get(figure.document_id, figure.node_id)
        if data is None or len(sent) == MOST_IMAGES or size + len(data) > MOST_BYTES:
            continue
        sent[figure.node_id] = data
        size += len(data)
    captions = {snippet.node_id: snippet for snippet in evidence.media}
    media = []
    for figure in evidence.figures:
        if figure.node_id in sent:
            media.append(captions.get(figure.node_id) or _snippet(figure))
        elif figure.node_id in captions:
            media.append(captions[figure.node_id])
    return replace(evidence, media=tuple(media), images=sent)


def _snippet(figure: Media) -> Snippet:
    page = figure.metadata.get("page")
    wordless = "Figure." if page is None else f"Figure on page {page}."
    return figure.snippet(figure.caption or wordless)
