"""`wattrag leaderboard`: who answers best, over a results tree."""

from wattrag.cli.options import (
    DatafileOption,
    EnvOption,
    JsonOption,
    OutputOption,
    QuestionsOption,
    RulesOption,
    TreeArgument,
)
from wattrag.cli.results_tree import print_table, read_tree

_SHOWN = (
    *("group", "name", "type", "env", "overall_score", "overall_score_low", "overall_score_high"),
    *("value_accuracy", "ref_overlap", "na_accuracy", "p_value"),
)


def leaderboard(
    results_dir: TreeArgument,
    *,
    datafile: DatafileOption = None,
    env: EnvOption = None,
    questions: QuestionsOption = None,
    rules: RulesOption = "2025",
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rank the systems of a results tree, ours or KohakuRAG_UI's, with 95 % intervals.

    Systems that share a group cannot be told apart from its best. One with a summary only is in
    no group: name its `--questions` to score its submission again.
    """
    from wattrag.analysis.tables.leaderboard import leaderboard as ranked
    from wattrag.analysis.tables.summaries import with_summaries

    tree = read_tree(results_dir, datafile, env, questions, rules)
    table = with_summaries(ranked(tree.scored, {}), tree.summaries)
    print_table(table, _SHOWN, as_json=as_json, output=output)
