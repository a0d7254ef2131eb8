"""Documents, their trees and figures: what parsing, indexing and answering read of them."""

from wattrag.study.illustrated import corpus_of, sends_images


def local_source(wildcards):
    """The file on this machine that a document comes from; none if it is downloaded."""
    path = STUDY.local_document(wildcards.source, wildcards.doc)
    return [] if path is None else [str(path)]


def source_file(wildcards):
    """A document's fetched file."""
    source = STUDY.settings.corpora[wildcards.corpus].source
    ext = STUDY.row(source, wildcards.doc).extension
    return write(rules.fetch.output.file, source=source, doc=wildcards.doc, ext=ext)


def trees(wildcards):
    """The trees of an index's corpus, parsed by us or given."""
    return trees_of(STUDY.settings.indexes[wildcards.index].corpus)


def trees_of(corpus):
    """The trees of a corpus, parsed by us or given."""
    given = STUDY.settings.corpora[corpus].trees
    docs = jobs.documents(STUDY, corpus)
    if given is not None:
        return [str(STUDY.path(given) / f"{doc}.json") for doc in docs]
    return expand(rules.parse.output.tree, corpus=corpus, doc=docs)


def every_tree():
    """The trees of all corpora that are indexed."""
    corpora = dict.fromkeys(index.corpus for index in STUDY.settings.indexes.values())
    return [tree for corpus in corpora for tree in trees_of(corpus)]


def images_sent(wildcards):
    """The images of all figures that a model may be sent; none if it is sent none."""
    pipeline = STUDY.settings.pipelines[wildcards.pipeline]
    if not sends_images(STUDY.model(wildcards.model), pipeline):
        return []
    sent = corpus_of(STUDY.settings, wildcards.pipeline)
    return [
        write(rules.figures.output.images, corpus=corpus, doc=doc)
        for corpus, doc in ILLUSTRATED
        if corpus == sent
    ]
