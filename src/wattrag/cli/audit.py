"""`wattrag audit`: what is wrong with the numbers of a results tree."""

import typer

from wattrag.cli.options import (
    DatafileOption,
    EnvOption,
    JsonOption,
    OutputOption,
    QuestionsOption,
    TreeArgument,
)
from wattrag.cli.results_tree import print_table, questions_by_datafile

_SHOWN = ("level", "check", "name", "env", "datafile", "value", "limit", "detail")


def audit(
    results_dir: TreeArgument,
    *,
    datafile: DatafileOption = None,
    env: EnvOption = None,
    questions: QuestionsOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what makes numbers wrong or not worth comparing, and the systems that are clean.

    Scores are computed again from each submission, by the gold its results hold or `--questions`.
    Exits 0 whatever it finds.
    """
    from wattrag.analysis.listing import list_experiments
    from wattrag.analysis.tables.audit import audit as audited

    listed = list_experiments(results_dir, datafile, env)
    datafiles = sorted({one.datafile for one in listed})
    gold = questions_by_datafile(results_dir, questions, datafiles)
    trees = sorted(results_dir.glob("corpus/*/tree/*.json"))
    table = audited(listed, gold, trees)
    print_table(table, _SHOWN, as_json=as_json, output=output)
    if not as_json:
        problems = sum(row["level"] == "problem" for row in table.rows)
        typer.echo(f"{len(listed)} experiments, {problems} problems", err=True)
