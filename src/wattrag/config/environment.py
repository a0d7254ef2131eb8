"""Keys from a file `.env` beside the study, for those who do not export them."""

from pathlib import Path

from dotenv import load_dotenv

FILE = ".env"


def read_environment(folder: Path | None = None) -> None:
    """Set what `.env` of a folder (the working directory) sets and the environment does not."""
    load_dotenv((folder or Path.cwd()) / FILE, override=False, interpolate=False)
