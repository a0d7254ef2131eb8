"""Pipelines that send images: whether their study can, and whose figures are cut out for them."""

from typing import TypeGuard

from wattrag.answering.models import check_sees
from wattrag.config.adhoc import model_name
from wattrag.config.chat import ChatEntry
from wattrag.config.declared import DeclaredModel
from wattrag.config.models import Registry
from wattrag.config.settings import Pipeline, Settings
from wattrag.errors import InputError
from wattrag.study.sweeps.derive import Swept

TO_TEXT = "or set send_images: false"


def sends_images(model: DeclaredModel, pipeline: Pipeline) -> TypeGuard[ChatEntry]:
    """Whether a model is sent images by a pipeline; the extractive reader takes none."""
    return pipeline.send_images and isinstance(model, ChatEntry)


def corpus_of(settings: Settings, pipeline: str) -> str:
    """The corpus that a pipeline answers from."""
    retriever = settings.retrievers[settings.pipelines[pipeline].retriever]
    return settings.indexes[retriever.index].corpus


def illustrated_corpora(swept: Swept, registry: Registry) -> list[str]:
    """The corpora whose figures are sent to a model, in the configuration's order."""
    settings = swept.settings
    needed = {
        corpus_of(settings, name)
        for name, pipeline in settings.pipelines.items()
        if any(sends_images(registry[model_name(w)], pipeline) for w in swept.readers(name))
    }
    return [corpus for corpus in settings.corpora if corpus in needed]


def check_images(swept: Swept, registry: Registry, where: str) -> None:
    """Make sure that what is to be sent exists, and is seen.

    Raises:
        InputError: a pipeline that sends images has a retriever that shows no figures, a corpus
            whose PDFs are not known, or a model that does not see.
    """
    settings = swept.settings
    for name, pipeline in settings.pipelines.items():
        if not pipeline.send_images:
            continue
        key = f"{where}: pipelines.{name}.send_images"
        retriever = settings.retrievers[pipeline.retriever]
        if not retriever.with_images and retriever.top_k_images == 0:
            problem = f"retriever '{pipeline.retriever}' shows no figures"
            raise InputError(key, problem, f"set its with_images or top_k_images, {TO_TEXT}")
        corpus = corpus_of(settings, name)
        if settings.corpora[corpus].source is None:
            problem = f"corpus '{corpus}' has trees made elsewhere, and no PDFs to cut figures from"
            raise InputError(key, problem, f"give the corpus a source, {TO_TEXT}")
        for written in swept.readers(name):
            model = registry[model_name(written)]
            if sends_images(model, pipeline):
                check_sees(model_name(written), model, key)
