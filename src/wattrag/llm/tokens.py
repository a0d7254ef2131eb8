"""How many tokens a text has, without its model's tokenizer, never far too few.

Prompts are fitted to a window before anything is loaded or sent, and a stored reply must be found
again where neither weights nor tokenizer are. So tokens are estimated, on the safe side; what a
server refuses all the same is cut further.
"""

import re

LETTERS = 6
"""Letters of a word that are one token: byte-pair vocabularies of 32,000 entries and more hold
nearly every English word of so many letters. Digits and marks are one each."""
IMAGE_TOKENS = 1600
"""Counted for an image of `corpus.crops`, whatever its size: Anthropic counts width·height/750
(at most about 1,600), Qwen2.5-VL width·height/784, OpenAI's GPT-4o 85 + 170 for each of at most 4
tiles, for images of 1024x1024."""
_TOKEN = re.compile(rf"[A-Za-z]{{1,{LETTERS}}}|[^\sA-Za-z]|\n+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def estimated_tokens(text: str) -> int:
    """Tokens of a text; a character beyond ASCII counts for two."""
    return len(_TOKEN.findall(text)) + (0 if text.isascii() else len(_BEYOND_ASCII.findall(text)))
