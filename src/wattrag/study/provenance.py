"""Where a result comes from: model, prompt, index, configuration, code, packages, machine."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wattrag.answering.chat.prompt import prompt_of
from wattrag.config.chat import ChatEntry
from wattrag.config.models import Answering
from wattrag.config.settings import Settings
from wattrag.files import digest
from wattrag.hardware.machine import describe_machine


def provenance(
    settings: Settings, entry: Answering, chosen: Mapping[str, str], spec: str, index: str
) -> dict[str, Any]:
    """What made the answers of an experiment, and on what; null where there is no such thing.

    Args:
        settings: of the study, all of them.
        entry: of the model.
        chosen: `pipeline`, `precision` and `run` of the experiment.
        spec: what the answers depend on, see `wattrag.study.specs.answer`.
        index: hash of the index that was searched.

    Returns:
        `provenance` and `hardware`. Neither names the machine or its user.
    """
    depends = json.loads(spec)
    machine = asdict(describe_machine())
    packages, python = machine.pop("packages"), machine.pop("python")
    asks = isinstance(entry, ChatEntry)
    return {
        "provenance": {
            "model": entry.identity(chosen["precision"]),
            "prompt": prompt_of(settings.pipelines[chosen["pipeline"]]).identity if asks else None,
            "seed": int(chosen["run"]) if asks else None,
            "index": index,
            "config": digest(settings.model_dump(mode="json"))[:16],
            "answering_version": depends["version"],
            "code": depends.get("code"),
            "python": python,
            "packages": packages,
        },
        "hardware": machine,
    }
