"""Where an OpenAI-compatible server is and the key to it; the key is never written down."""

import os
from dataclasses import dataclass, field

from wattrag.config.address import check_address
from wattrag.errors import InputError

KEY, ADDRESS = "OPENAI_API_KEY", "OPENAI_BASE_URL"
OPENAI = "https://api.openai.com/v1"
HIDDEN = "***"
_SECRET = 12
"""A shorter key is no secret but a stand-in, as `none`, which may be a word of a reply."""
_SHOWN = 300


@dataclass(frozen=True)
class Access:
    """An address and its key."""

    address: str
    key: str = field(repr=False)

    def hidden(self, text: str) -> str:
        """`text` without the key: a server may repeat it, in an error or in a reply."""
        return text.replace(self.key, HIDDEN) if len(self.key) >= _SECRET else text

    def shown(self, text: str) -> str:
        """A server's words for a message: short, and without the key."""
        return self.hidden(text)[:_SHOWN]


def read_access(where: str, address: str | None) -> Access:
    """The access from the environment.

    Args:
        where: the model, for messages.
        address: of its entry in `models.yaml`, which comes before the environment's.

    Raises:
        InputError: there is no key, or one that no server takes, or no usable address.
    """
    key = os.environ.get(KEY, "").strip()
    if not key:
        cure = f"set {KEY} (any text, if the server asks for none)"
        raise InputError(where, f"needs a key in the environment, and {KEY} is not set", cure)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(KEY, "holds characters that no key has", "copy it again")
    found = address or os.environ.get(ADDRESS, "").strip() or OPENAI
    try:
        return Access(check_address(found), key)
    except ValueError as error:
        raise InputError(ADDRESS, str(error)) from error
