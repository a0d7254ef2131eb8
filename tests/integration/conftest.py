"""The embedded example, run once from a fresh copy of the project to its report."""

from pathlib import Path

import pytest

from tests.sharing import made_once

from .clone import clone, run


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run; not to be changed."""
    return made_once(tmp_path_factory, "example", lambda folder: run(clone(folder)))
