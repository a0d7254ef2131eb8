"""`wattrag matrix`: what every system answered to every question, over a results tree."""

from wattrag.cli.options import (
    DatafileOption,
    EnvOption,
    JsonOption,
    OutputOption,
    QuestionsOption,
    RulesOption,
    TreeArgument,
)
from wattrag.cli.results_tree import print_table, read_tree, without_summaries


def matrix(
    results_dir: TreeArgument,
    *,
    datafile: DatafileOption = None,
    env: EnvOption = None,
    questions: QuestionsOption = None,
    rules: RulesOption = "2025",
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every question with gold and each system's value, and whether it was right.

    The terminal shows values only; `--output` and `--json` have all columns.
    """
    from wattrag.analysis.tables.results_matrix import results_matrix

    tree = read_tree(results_dir, datafile, env, questions, rules)
    scored = without_summaries(results_dir, tree)
    table = results_matrix(scored)
    shown = ("id", "GT_Value", *(f"{one.name}_Value" for one in scored))
    print_table(table, shown, as_json=as_json, output=output)
