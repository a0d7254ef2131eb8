"""What a call to a server may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CallLimits:
    """What one call may take."""

    seconds: float = 900
    """In all, with the client's retries and its waits for a busy server."""
    silence: float = 300
    """Without a byte; a reply that is not streamed is silent until it is whole."""
    connect: float = 20
    bytes: int = 4 * 1024 * 1024
    """Of a body, counted after decompression."""
    retries: int = 2
    """Of connection errors and of the statuses 408, 409, 429 and 5xx, by the client."""
