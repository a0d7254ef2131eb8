"""The lock pins everything that the extras install."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def locked() -> dict[str, str]:
    """Package -> pinned version."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = (re.fullmatch(r"([\w.-]+)==([\w.+!-]+)", line) for line in lines if line[0] != "#")
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def installed(name: str, extras: frozenset[str], seen: set[str]) -> set[str]:
    """Canonical names of everything that is installed for `name` with `extras`."""
    for line in requires(name) or ():
        requirement = Requirement(line)
        environments = [{"extra": extra} for extra in extras] or [{"extra": ""}]
        marker = requirement.marker
        if marker and not any(marker.evaluate(environment) for environment in environments):
            continue
        key = canonicalize_name(requirement.name)
        if key not in seen:
            try:
                distribution(key)
            except PackageNotFoundError:
                continue
            seen.add(key)
            installed(key, frozenset(requirement.extras), seen)
    return seen


def test_every_line_of_the_lock_is_an_exact_pin():
    lines = (ROOT / "requirements.lock").read_text().splitlines()

    assert len(locked()) == len([line for line in lines if line[0] != "#"]) > 100


def test_the_lock_pins_every_dependency_of_every_extra():
    needed = installed("wattrag", frozenset({"example", "dev"}), set())

    assert len(needed) > 60
    assert needed - locked().keys() - {"pip", "wattrag"} == set()


def test_installed_versions_are_the_locked_ones():
    pins = locked()
    needed = installed("wattrag", frozenset({"example", "api"}), set())
    versions = {name: distribution(name).version.partition("+")[0] for name in needed}

    assert {n: v for n, v in versions.items() if pins.get(n) != v} == {}


def test_index_and_readers_load_in_one_process_in_any_order():
    for order in ("wattrag.index.vectors, pymupdf", "pymupdf, wattrag.index.vectors"):
        subprocess.run([sys.executable, "-c", f"import {order}"], check=True)
