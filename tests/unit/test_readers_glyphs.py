"""Glyphs and hyphens of lines: accents set before their letters, words of several parts."""

import pytest

from wattrag.corpus.readers.glyphs import clean
from wattrag.corpus.readers.hyphens import Vocabulary, join_lines


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("na\u00a8\u0131ve", "naïve"),
        ("M\u00a8uller and \u02c7Strumbelj", "Müller and Štrumbelj"),
        ("D\u00b4\u0131az, \u00b4A. No\u02c6us", "Díaz, Á. Noûs"),
        ("5\u00b4 and x\u00a8q", "5\u00b4 and x\u00a8q"),
    ],
)
def test_accents_before_their_letters_are_put_on_them(printed: str, text: str) -> None:
    assert clean(printed) == text


def test_a_word_that_goes_on_with_a_hyphen_keeps_the_one_at_the_line_end() -> None:
    lines = ["from the inter-", "preter, speech-", "to-text and trace-", "to-interpreter calls"]
    joined = join_lines(lines, Vocabulary.of("\n".join(lines)))
    assert joined == "from the interpreter, speech-to-text and trace-to-interpreter calls"
