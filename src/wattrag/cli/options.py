"""The arguments and options that several commands share, one type each."""

from pathlib import Path
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

# Of all that asks or embeds.
DEFAULT_STORE = Path(".wattrag")
StoreOption = Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder of the stores.")]

# Of `query`, `ask`, `answer` and `debug`.
IndexArgument = Annotated[Path, typer.Argument(metavar="INDEX", help="Folder of the index.")]
AskedArgument = Annotated[
    Path, typer.Argument(metavar="QUESTIONS_CSV", help="Questions (CSV), with or without gold.")
]
ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME", help="A model of models.yaml, or provider:id.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Take the settings of this study.")
]
PipelineOption = Annotated[
    str | None, typer.Option("--pipeline", metavar="NAME", help="Which pipeline of the study.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change one setting, as `lexical.window=5`; repeatable."
    ),
]
TopKOption = Annotated[
    int | None,
    typer.Option("--top-k", min=1, metavar="N", help="Hits kept, per query and after reranking."),
]

# Of `leaderboard`, `matrix`, `audit` and `export`, which read a tree of results.
TreeArgument = Annotated[
    Path, typer.Argument(metavar="RESULTS_DIR", help="Any folder with summary.json files below it.")
]
DatafileOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only results on this question file.")
]
EnvOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only results of this machine.")
]
QuestionsOption = Annotated[
    Path | None, typer.Option(metavar="CSV", help="Score all submissions again by this gold.")
]
RulesOption = Annotated[str, typer.Option(help="Rules for what is scored again.")]
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="CSV", help="Write the table there.")
]
