"""Images of a message, as servers want them: of the type that their bytes say."""

import base64

from wattrag.errors import InputError
from wattrag.store.asked import Message, Request

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def image_format(data: bytes) -> str:
    """`jpeg` or `png`, by the first bytes, whatever a file is called.

    Raises:
        InputError: it is neither.
    """
    for name, mark in (("jpeg", _JPEG), ("png", _PNG)):
        if data.startswith(mark):
            return name
    raise InputError("image", f"is neither JPEG nor PNG ({data[:8]!r})", "send one of them")


def data_url(data: bytes) -> str:
    """An image as a data URL (RFC 2397)."""
    return f"data:image/{image_format(data)};base64,{base64.b64encode(data).decode()}"


def images_of(message: Message, request: Request) -> list[bytes]:
    """The images of a message, in order.

    Raises:
        InputError: the request does not hold one of them.
    """
    hashes = message.get("images", [])
    for name in hashes:
        if name not in request.images:
            raise InputError(f"image {name[:12]}", "is not part of the request", "add its bytes")
    return [request.images[name] for name in hashes]


def refuse_images(where: str, request: Request) -> None:
    """Make sure that a request has no images, for engines that are shown text alone.

    Raises:
        InputError: it has some.
    """
    if any(message.get("images") for message in request.messages):
        problem = "images are not sent to models that run here"
        raise InputError(where, problem, "set send_images: false, or ask a server")
