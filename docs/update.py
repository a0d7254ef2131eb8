"""Put what the last run found into the README and the page on retrieval: `make run docs`."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SETS = ("train_QA", "test_QA")


ASKED = "Which monitor now aborts jobs at Ravnholt that stop improving?"


def main() -> None:
    """Update README.md, docs/retrieval.md and docs/figures from results/."""
    fill(ROOT / "README.md", {"scores": f"\n{scores(ROOT / 'results')}"})
    fill(ROOT / "docs/retrieval.md", walk(hits(ROOT / "results/index/example")))
    figure = ROOT / "results/plots/local/test_QA/overall_scores.png"
    shutil.copyfile(figure, ROOT / "docs/figures/overall_scores.png")


def fill(page: Path, parts: dict[str, str]) -> None:
    """Replace what stands between the marks of each part."""
    text = page.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{part}{end}{after}"
    page.write_text(text, encoding="utf-8")


def hits(index: Path) -> list[dict[str, Any]]:
    """What `wattrag query` finds for the question of the page on retrieval."""
    command = [str(Path(sys.executable).with_name("wattrag")), "query", str(index), ASKED]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: list[dict[str, Any]] = json.loads(done.stdout)[0]["hits"]
    return found


def walk(found: list[dict[str, Any]]) -> dict[str, str]:
    """The parts of the page: the hits with the score of each step, and two of them by hand."""
    lines = [
        "",
        "| rank | node | dense | lexical | fused | rerank |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for hit in found:
        steps = (hit["scores"][step] for step in ("dense", "lexical", "fused", "rerank"))
        cells = " | ".join("" if score is None else f"{score:.6f}" for score in steps)
        lines.append(f"| {hit['rank']} | `{hit['node_id']}` | {cells} |")
    second = found[1]["scores"]
    best = {side: max(hit["scores"][side] or 0 for hit in found) for side in ("dense", "lexical")}
    fused = (
        f"The second hit: 0.5 · {second['dense']:.6f} / {best['dense']:.6f} + "
        f"0.5 · {second['lexical']:.6f} / {best['lexical']:.6f} = {second['fused']:.6f}."
    )
    top = max(hit["scores"]["fused"] for hit in found)
    reranked = (
        f"The second hit: 0.4 · 1 + 0.6 · {second['fused']:.6f} / {top:.6f} = "
        f"{second['rerank']:.6f}."
    )
    return {"hits": "\n".join([*lines, ""]), "fused": fused, "rerank": reranked}


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
