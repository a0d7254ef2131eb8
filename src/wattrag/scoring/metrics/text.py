"""Answers as plain text: the normalisation of SQuAD."""

import re
import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def words(text: str) -> list[str]:
    """The words of an answer: lower case, without punctuation and articles.

    Where nothing else is left (`%`, `The The`), the text as it stands is the only word.

    Source: `normalize_answer` of the evaluation script of SQuAD, Rajpurkar et al. (2016), EMNLP.
    """
    plain = _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION))
    return plain.split() or [text.strip().lower()]
