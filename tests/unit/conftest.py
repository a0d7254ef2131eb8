"""Fixtures of the unit tests."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from wattrag.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def err_lines(self) -> list[str]:
        return self.err.splitlines()


@pytest.fixture
def wattrag(capsys) -> Callable[..., Ended]:
    """Runs the real command line in this process: `wattrag("check", path)`."""

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return run
