"""How many tokens a text has, without its model's tokenizer, never far too few.

Prompts are fitted to a window before anything is loaded or sent, and a stored reply must be found
again where neither weights nor tokenizer are. So tokens are estimated, on the safe side; what a
server refuses all the same is cut further.
"""

import re

_WORD = re.compile(r"[A-Za-z]+")
_MARK = re.compile(r"[^\sA-Za-z]")
_LINE = re.compile(r"\n+")
LETTERS = 6
"""Letters of a word that are one token: byte-pair vocabularies of 32,000 entries and more hold
nearly every English word of so many letters. Digits and marks are one each."""


def estimated_tokens(text: str) -> int:
    """Tokens of a text; a character beyond ASCII counts for two."""
    words = sum(1 + (len(word) - 1) // LETTERS for word in _WORD.findall(text))
    marks = len(_MARK.findall(text)) + len(_LINE.findall(text))
    return words + marks + (0 if text.isascii() else sum(not c.isascii() for c in text))
