"""One finished run of the tiny study, copied for each test that edits it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.chat_server import KEY, ChatServer, chat_server
from tests.sharing import made_once

from .study import (
    EVIDENCE,
    KNOWN_VECTORS,
    snakemake,
    write_answering_study,
    write_planned_study,
    write_study,
)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study after a complete run; not to be changed."""

    def make(folder: Path) -> None:
        write_study(folder)
        snakemake(folder)

    return made_once(tmp_path_factory, "finished", make)


@pytest.fixture(scope="session", autouse=True)
def known_vectors(finished: Path) -> Iterator[None]:
    """The studies written after the first begin with its vectors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KNOWN_VECTORS, str(finished / ".wattrag" / "vectors"))
        yield


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished study to edit, with its times."""
    return Path(shutil.copytree(finished, tmp_path / "study"))


@pytest.fixture(scope="session")
def planner() -> Iterator[ChatServer]:
    """A chat server that the environment points to for the rest of the session."""
    with chat_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.fixture(scope="session")
def finished_with_plans(tmp_path_factory: pytest.TempPathFactory, planner: ChatServer) -> Path:
    """A study with a planner after a complete run; not to be changed."""

    def make(folder: Path) -> None:
        planner.always()
        write_planned_study(folder)
        snakemake(folder)

    # A server's address is part of what its replies are stored by: each process has its own.
    return made_once(tmp_path_factory, f"planned-{urlsplit(planner.url).port}", make)


@pytest.fixture
def answering_study(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A study whose evidence is found, and whose model `chat` has not been asked yet."""

    def make(folder: Path) -> None:
        write_answering_study(folder)
        snakemake(folder, EVIDENCE)

    shared = made_once(tmp_path_factory, "answering", make)
    return Path(shutil.copytree(shared, tmp_path / "study"))


@pytest.fixture
def planned_study(finished_with_plans: Path, planner: ChatServer, tmp_path: Path) -> Path:
    """A copy of the finished study with a planner; the server has forgotten what it was asked."""
    planner.requests.clear()
    planner.always()
    return Path(shutil.copytree(finished_with_plans, tmp_path / "planned"))
