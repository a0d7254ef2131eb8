"""What a test needs besides Python: absent, it is skipped with its reason, or fails if all are
wanted (`WATTRAG_TEST_ALL=1`)."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from .chat_server import KEY, ChatServer, chat_server

ALL = os.environ.get("WATTRAG_TEST_ALL") == "1"
# How long an example takes depends on what else the machine does.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
NEEDS = {"browser": ("chromium", "chromedriver"), "ocr": ("tesseract",)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip slow tests and those whose programs are missing, unless all are wanted.

    Runs of Snakemake go first: they take longest, and at the end one process would wait for them.
    The browser comes last: it reads a report that another process makes meanwhile.
    """
    items.sort(key=_place)
    for item in items:
        if ALL:
            continue
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: set WATTRAG_TEST_ALL=1"))
        for marker, programs in NEEDS.items():
            missing = [p for p in programs if shutil.which(p) is None]
            if item.get_closest_marker(marker) and missing:
                item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))


def _place(item: pytest.Item) -> tuple[bool, bool]:
    """Sorts tests: a key."""
    browser, workflow = map(item.get_closest_marker, ("browser", "workflow"))
    return browser is not None, workflow is None


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A chat server that the environment points to, with a planted key."""
    with chat_server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server
