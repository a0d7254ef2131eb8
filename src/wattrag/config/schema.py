"""The configuration as a JSON schema, for editors that complete and check it."""

import json
from typing import Any

from wattrag.config.settings import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """JSON schema of a study's configuration.

    Snakemake's `validate` needs the dialect to be named, which pydantic leaves out.
    """
    return {"$schema": DIALECT, **Settings.model_json_schema()}


def schema_text() -> str:
    """The schema as it stands in `workflow/schemas/config.schema.json`."""
    return json.dumps(config_schema(), ensure_ascii=False, indent=2) + "\n"
