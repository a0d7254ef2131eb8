"""Where a server is and the key to it; the key is never written down."""

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
    variable: str = KEY
    """The environment's variable that holds the key."""

    def hidden(self, text: str) -> str:
        """`text` without the key: a server may repeat it, in an error or in a reply."""
        return text.replace(self.key, HIDDEN) if len(self.key) >= _SECRET else text

    def shown(self, text: str) -> str:
        """A server's words for a message: short, and without the key."""
        return self.hidden(text)[:_SHOWN]


def address_of(address: str | None) -> str:
    """An entry's address, or else the environment's, or OpenAI's own."""
    return address or os.environ.get(ADDRESS, "").strip() or OPENAI


def read_access(where: str, address: str | None, variable: str = KEY) -> Access:
    """The access from the environment.

    Args:
        where: the model, for messages.
        address: of its entry in `models.yaml`, which comes before the environment's.
        variable: the environment's variable that holds the key.

    Raises:
        InputError: there is no key, or one that no server takes, or no usable address.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        cure = f"set {variable} (any text, if the server asks for none)"
        raise InputError(where, f"needs a key in the environment, and {variable} is not set", cure)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(variable, "holds characters that no key has", "copy it again")
    try:
        return Access(check_address(address_of(address)), key, variable)
    except ValueError as error:
        raise InputError(ADDRESS, str(error)) from error
