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
"""Counted for an image of at most 1024 pixels an edge, whatever its size. Anthropic's guide to
vision has 1,600 at most; OpenAI's counts 85 + 170 a tile of 512 pixels, 765 for GPT-4o and
1024x1024. A server that counts more (Llama 3.2 Vision has up to 4 tiles of 1,601) says so, and is
sent less."""
_TOKEN = re.compile(rf"[A-Za-z]{{1,{LETTERS}}}|[^\sA-Za-z]|\n+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def estimated_tokens(text: str) -> int:
    """Tokens of a text; a character beyond ASCII counts for two."""
    return len(_TOKEN.findall(text)) + (0 if text.isascii() else len(_BEYOND_ASCII.findall(text)))
