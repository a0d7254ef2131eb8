"""Put the last run's scores and figure into the README: `make run docs`."""

import csv
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- scores:begin -->\n", "<!-- scores:end -->\n"
SETS = ("train_QA", "test_QA")


def main() -> None:
    """Update README.md and docs/figures from results/."""
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{BEGIN}{scores(ROOT / 'results')}{END}{after}", encoding="utf-8")
    figure = ROOT / "results/plots/local/test_QA/overall_scores.png"
    shutil.copyfile(figure, ROOT / "docs/figures/overall_scores.png")


def scores(results: Path) -> str:
    """The leaderboards' overall scores as one Markdown table."""
    boards = [board(results / f"tables/local/{name}/leaderboard.csv") for name in SETS]
    lines = [f"| system | {' | '.join(SETS)} |", "|---" * (len(SETS) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(found[name] for found in boards)} |" for name in sorted(boards[0])
    ]
    return "\n".join([*lines, "", "Overall score [95 % interval], rules `2025`.", ""])


def board(path: Path) -> dict[str, str]:
    """System -> score with its interval."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            (row["pipeline"] or f"{row['name']} (ensemble)"): "{:.3f} [{:.2f}, {:.2f}]".format(
                *(float(row[f"overall_score{end}"]) for end in ("", "_low", "_high"))
            )
            for row in csv.DictReader(file)
        }


if __name__ == "__main__":
    main()
