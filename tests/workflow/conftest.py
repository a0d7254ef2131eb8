"""One finished run of the tiny study, copied for each test that edits it."""

import shutil
from pathlib import Path

import pytest

from .study import snakemake, write_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study after a complete run; not to be changed."""
    folder = tmp_path_factory.mktemp("finished") / "study"
    folder.mkdir()
    write_study(folder)
    snakemake(folder)
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished study to edit, with its times."""
    return Path(shutil.copytree(finished, tmp_path / "study"))
