"""The data card: what was asked, of which documents, how it is scored, what is not included."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from wattrag.analysis.experiment import ScoredExperiment
from wattrag.analysis.export.blocks import Block, Grid, Listing, Page, Paragraph
from wattrag.analysis.export.documents import Document, sheet_documents, tree_documents
from wattrag.analysis.export.study_files import StudyFiles
from wattrag.datafiles.questions import FLAGS, asks_true_or_false
from wattrag.scoring.blank import is_blank
from wattrag.scoring.number import as_number
from wattrag.scoring.rules import Rules
from wattrag.scoring.value import all_numbers, parse_list

KINDS = ("true or false", "number", "range", "list", "text", "unanswerable")
NOT_STATED = "not stated"
_PAIR = 2
_NOT_INCLUDED = (
    "the documents themselves: PDFs, their texts, figures and captions",
    "questions, gold answers and their explanations, which belong to whoever made the datafile",
    "prompts, retrieved passages, raw replies, quoted sentences and explanations of answers",
    "models' weights, indexes, and stored completions",
)
_RULES = {
    "2025": "Values are right if equal as text, or as numbers within 0.1 %; citations count by "
    "Jaccard overlap with gold; abstentions by recall over unanswerable questions.",
    "2025-normalized": "As 2025, after normalising the submitted value (commas, magnitudes, "
    "hedges, ranges, truth values).",
    "2026": "Provisional: values as 2025 but within the question's own tolerance where one is "
    "given; citations count by F1; abstentions by recall over unanswerable questions.",
    "exact_match": "A value is right if it equals an accepted answer, case, punctuation and "
    "articles aside.",
    "f1": "A value counts by the F1 of its words and an accepted answer's.",
    "contains": "A value is right if it contains an accepted answer's words.",
}


def data_card(
    experiments: Mapping[str, Sequence[ScoredExperiment]], results: Path, files: StudyFiles
) -> Page:
    """The card of all datafiles that were scored, and of the corpora that are known.

    Args:
        experiments: by datafile.
        results: the results tree, whose corpora are described if `files` names none.
        files: what the study was made from.
    """
    rules = sorted({e.scores.rules for es in experiments.values() for e in es}, key=_name)
    corpora = _corpora(results, files)
    blocks: list[Block] = [
        Grid(
            label="datafiles",
            caption="Questions by datafile and kind of gold answer.",
            columns=("Datafile", "Questions", "Labelled", *(k.capitalize() for k in KINDS), *FLAGS),
            rows=tuple(_datafile(d, found[0], files) for d, found in experiments.items()),
            numeric=frozenset({"Questions", "Labelled", *(k.capitalize() for k in KINDS), *FLAGS}),
        ),
        *(_corpus(name, documents) for name, documents in corpora.items()),
        *([] if corpora else [Paragraph("Documents: name the study's --config to list them.")]),
        Paragraph("How scores are defined:"),
        Listing(tuple(map(rules_in_words, rules))),
        Paragraph("Not included:"),
        Listing(_NOT_INCLUDED),
    ]
    return Page("data_card", "Data card", blocks)


def rules_in_words(rules: Rules) -> str:
    """A rule set in one line: its weights, and what is right."""
    weights = (
        f"overall = {rules.value_weight:g} values + {rules.ref_weight:g} citations + "
        f"{rules.na_weight:g} abstentions"
    )
    return f"Rules {rules.name}: {weights}. {_RULES.get(rules.name, '')}".strip()


def kind_of(question: str, gold: str) -> str:
    """The kind of a gold answer, one of `KINDS`."""
    if is_blank(gold):
        return "unanswerable"
    elements = parse_list(gold)
    if elements is not None:
        numbers = all_numbers(elements)
        return "range" if numbers is not None and len(numbers) == _PAIR else "list"
    if as_number(gold) is None:
        return "text"
    return "true or false" if asks_true_or_false(question) else "number"


def _datafile(name: str, scored: ScoredExperiment, files: StudyFiles) -> tuple[str, ...]:
    """Counts over all questions of the file; over the scored ones where it is not at hand."""
    given = files.questions.get(name)
    if given is not None:
        total = len(given.questions)
        gold = [(q.question, q.gold.answer_value) for q in given.questions if q.gold is not None]
        flags = Counter(flag for q in given.questions for flag in q.flags)
        flagged = given.has_flags
    else:
        total = len(scored.records)
        gold = [(str(r["question"]), str(r["gt_value"])) for r in scored.records]
        flags = Counter(flag for r in scored.records for flag in r.get("flags", ()))
        flagged = bool(flags)
    kinds = Counter(kind_of(question, value) for question, value in gold)
    shown = (str(flags[flag]) if flagged else NOT_STATED for flag in FLAGS)
    return (name, str(total), str(len(gold)), *(str(kinds[kind]) for kind in KINDS), *shown)


def _corpora(results: Path, files: StudyFiles) -> dict[str, list[Document]]:
    """The named sheets and trees; without them the trees that the study parsed."""
    named = {name: sheet_documents(path) for name, path in files.sheets.items()}
    named |= {name: tree_documents(path) for name, path in files.trees.items()}
    if named:
        return named
    parsed = sorted(path for path in results.glob("corpus/*/tree") if path.is_dir())
    return {path.parent.name: tree_documents(path) for path in parsed}


def _corpus(name: str, documents: Sequence[Document]) -> Grid:
    return Grid(
        label=f"corpus-{name}",
        caption=f"Documents of {name}: {len(documents)}.",
        columns=("Id", "Title", "Year", "Address", "Licence"),
        rows=tuple(
            (d.id, d.title or NOT_STATED, d.year, d.url or NOT_STATED, d.licence or NOT_STATED)
            for d in documents
        ),
        wrapped=frozenset({"Title"}),
    )


def _name(rules: Rules) -> str:
    return rules.name
