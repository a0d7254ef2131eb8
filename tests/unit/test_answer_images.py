"""Figures sent as images: which, in which order, under which captions, and what leaves them out."""

import asyncio
import json

import pytest

from wattrag.answering.chat import illustrating
from wattrag.answering.chat.fitting import fitted, tokens_of
from wattrag.answering.chat.illustrating import MOST_BYTES, MOST_IMAGES, illustrated
from wattrag.answering.chat.prompt import load_prompt, shown
from wattrag.answering.chat.reader import Asking, ChatReader
from wattrag.answering.models import Reading, reader_for
from wattrag.answering.reader import AttemptLog, Evidence
from wattrag.config.chat import OpenAIModel
from wattrag.config.settings import Generation, Settings
from wattrag.corpus.images import CorpusImages, write_images
from wattrag.errors import ContextOverflowError, InputError
from wattrag.files import digest
from wattrag.llm.stored import StoredChat
from wattrag.llm.tokens import IMAGE_TOKENS
from wattrag.retrieval.records import Attempt, Media, Retrieved, Snippet
from wattrag.store.asked import ModelKey
from wattrag.store.completions import Completion, CompletionStore
from wattrag.study.illustrated import check_images, illustrated_corpora
from wattrag.study.sweeps.derive import derive

TEXT = Snippet(node_id="doc:sec0:p0", document_id="doc", text="It took 5 MWh.\nFigure 2: Water.")
PROMPT = load_prompt("wattbot", context_first=False)
REPLY = json.dumps({"answer": "5", "answer_value": "5", "ref_id": ["doc"]})


def figure(number, caption):
    return Media(
        node_id=f"doc:sec0:p{number}",
        document_id="doc",
        caption=caption,
        found_by="section",
        metadata={"page": number},
    )


CAPTIONED, KNOWN, WORDLESS = figure(1, "Figure 1: E."), figure(2, "Figure 2: Water."), figure(3, "")


def evidence(*figures):
    attempt = Attempt(
        attempt=0, top_k=1, top_k_final=1, hits=(), context=("t",), media=tuple(figures)
    )
    return Evidence.of(
        Retrieved(
            id="q", question="Q?", queries=("Q?",), attempts=(attempt,), snippets={"t": TEXT},
            hit_texts={}, documents={},
        ),
        0,
    )  # fmt: skip


def images(tmp_path, *figures, data=b"\xff\xd8\xff image of "):
    write_images(tmp_path / "doc.zip", {f.node_id: data + f.node_id.encode() for f in figures})
    return CorpusImages([tmp_path / "doc.zip"])


def test_images_are_numbered_in_the_order_of_the_media_under_their_captions(tmp_path):
    figures = (WORDLESS, CAPTIONED, KNOWN)
    found = illustrated(evidence(*figures), images(tmp_path, *figures))
    user = PROMPT.messages("Q?", "", found.context, found.media, found.images)[1]
    _, _, media = user["content"].partition("Referenced media:\n\n")
    assert media.split("\n\n")[:3] == [
        "[ref_id=doc] Image 1: Figure on page 3.",
        "[ref_id=doc] Image 2: Figure 1: E.",
        # In the context too, but a model must know which image is which.
        "[ref_id=doc] Image 3: Figure 2: Water.",
    ]
    assert user["images"] == [digest(found.images[f.node_id]) for f in figures]
    assert found.images[KNOWN.node_id].endswith(b"doc:sec0:p2")


def test_a_figure_without_an_image_is_shown_as_where_none_are_sent(tmp_path):
    plain = evidence(CAPTIONED, KNOWN, WORDLESS)
    found = illustrated(plain, images(tmp_path))
    assert (found.media, found.images) == (plain.media, {})
    some = illustrated(plain, images(tmp_path, KNOWN))
    user = PROMPT.messages("Q?", "", some.context, some.media, some.images)[1]
    assert "[ref_id=doc] Figure 1: E.\n\n[ref_id=doc] Image 1: Figure 2" in user["content"]
    assert "Figure on page" not in user["content"]


def test_without_images_the_messages_are_what_they_were():
    given = evidence(CAPTIONED)
    bare = PROMPT.messages("Q?", "", given.context, given.media)
    assert bare == PROMPT.messages("Q?", "", given.context, given.media, given.images)
    assert all(message.keys() == {"role", "content"} for message in bare)


def test_count_and_bytes_of_images_are_bounded_and_captions_stay(tmp_path, monkeypatch):
    figures = [figure(n, f"Figure {n}: number {n}.") for n in range(1, MOST_IMAGES + 4)]
    found = illustrated(evidence(*figures), images(tmp_path, *figures))
    assert list(found.images) == [f.node_id for f in figures[:MOST_IMAGES]]
    assert len(found.media) == len(figures)
    monkeypatch.setattr(illustrating, "MOST_BYTES", 60)
    assert len(illustrated(evidence(*figures), images(tmp_path, *figures)).images) == 2
    assert MOST_BYTES * 4 / 3 < 10_000_000


def test_images_leave_before_captions_and_captions_before_text(tmp_path):
    figures = (CAPTIONED, KNOWN)
    whole = illustrated(evidence(*figures), images(tmp_path, *figures))
    text = tokens_of(whole.shown, 0, shown) + 4 * len(whole.shown)
    assert fitted(whole, text + 2 * IMAGE_TOKENS, shown).images == whole.images
    one = fitted(whole, text + 2 * IMAGE_TOKENS - 1, shown)
    assert list(one.images) == [CAPTIONED.node_id]
    assert one.media == whole.media
    none = fitted(whole, text, shown)
    assert (none.images, none.media) == ({}, whole.media)
    # A caption that is left out takes its image along.
    assert list(fitted(whole, text - 1, shown).media) == [whole.media[0]]
    assert fitted(whole, text - 1, shown).images == {}


class Narrow:
    """A model whose window turns out to hold text alone."""

    key = ModelKey("test", "m", None, "api", {})

    def __init__(self):
        self.sent = []

    async def complete(self, request):
        self.sent.append(request)
        if request.messages[-1].get("images"):
            raise ContextOverflowError("too long")
        return Completion(
            text=REPLY, finish_reason="stop", input_tokens=1, output_tokens=1, seconds=0
        )

    async def close(self):
        pass


def test_a_model_that_finds_it_too_long_is_asked_with_fewer_images(tmp_path):
    model, log = Narrow(), AttemptLog()
    figures = (CAPTIONED, KNOWN, WORDLESS)
    with CompletionStore(tmp_path / "store") as store:
        asking = Asking(PROMPT, 99, 0.0, 1, images=images(tmp_path, *figures))
        reader = ChatReader(StoredChat(model, store), asking)
        answer = asyncio.run(reader.read("Q?", "", evidence(*figures), log))
    counts = [len(request.messages[-1].get("images", [])) for request in model.sent]
    assert counts[0] == 3
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == log.num_images == 0
    assert answer.value == "5"
    assert log.shown[0] == TEXT


SEEING = OpenAIModel(provider="openai", model_id="m", name="M", sees_images=True)
BLIND = SEEING.model_copy(update={"sees_images": False})


def test_a_model_that_does_not_see_is_refused_before_it_is_asked(tmp_path):
    with CompletionStore(tmp_path / "store") as store:
        reading = Reading(PROMPT, Generation(), store, images=(tmp_path / "doc.zip",))
        reader_for("seeing", SEEING, reading)
        with pytest.raises(InputError, match="send_images: model 'blind' is not declared to see"):
            reader_for("blind", BLIND, reading)


def study(corpus=None, retriever=None, models=("chat",)):
    return Settings.model_validate(
        {
            "sources": {"s": {"sheet": "sheet.csv"}},
            "corpora": {"c": corpus or {"source": "s"}, "other": {"source": "s"}},
            "indexes": {"i": {"corpus": "c"}, "j": {"corpus": "other"}},
            "retrievers": {"r": {"index": "i", "with_images": True, **(retriever or {})}},
            "pipelines": {"p": {"retriever": "r", "send_images": True}},
            "models": list(models),
        }
    )


def test_only_the_corpora_that_a_model_is_sent_images_of_are_cut_up():
    assert illustrated_corpora(derive(study()), {"chat": SEEING}) == ["c"]
    quiet = study().pipelines["p"].model_copy(update={"send_images": False})
    silent = study().model_copy(update={"pipelines": {"p": quiet}})
    assert illustrated_corpora(derive(silent), {"chat": SEEING}) == []


@pytest.mark.parametrize(
    ("settings", "model", "line"),
    [
        (study(), BLIND, "study: pipelines.p.send_images: model 'chat' is not declared to see"),
        (study({"trees": "t"}), SEEING, "p.send_images: corpus 'c' has trees made elsewhere"),
        (study(None, {"with_images": False}), SEEING, "retriever 'r' shows no figures"),
    ],
)
def test_images_that_cannot_be_sent_or_seen_are_one_clear_line(settings, model, line):
    check_images(derive(study()), {"chat": SEEING}, "study")
    with pytest.raises(InputError, match=line):
        check_images(derive(settings), {"chat": model}, "study")
