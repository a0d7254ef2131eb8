"""Addresses of servers in configurations: plain ones, for they are written to results."""

from typing import Annotated

import httpx
from pydantic import AfterValidator


def check_address(value: str) -> str:
    """`value`, if it is an http address that holds no secret.

    Raises:
        ValueError: it is none, or carries a password or a query.
    """
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL as error:
        raise ValueError(f"is no address ({error})") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("is no http or https address, as http://localhost:8000/v1")
    if url.userinfo or url.query:
        raise ValueError("carries a password or a query; keys belong into the environment")
    return value


Address = Annotated[str, AfterValidator(check_address)]
"""An address in an entry of `models.yaml`."""
