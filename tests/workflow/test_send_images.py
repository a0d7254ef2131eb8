"""Figures sent to a model that sees: from the page of a PDF to the part of a request."""

import base64
import io
import json
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tests.chat_server import text_of
from wattrag.corpus.images import CorpusImages

from .planning import planned
from .study import (
    QUESTIONS,
    declare,
    read_config,
    snakemake,
    write_config,
    write_csv,
    write_study,
)

pytestmark = pytest.mark.workflow

ENTRY = "{provider: openai, model_id: m-1, name: Chat, max_retries: 0"
REPLY = {"explanation": "x", "answer": "37.5", "answer_value": "37.5", "ref_id": ["alder2021"]}
BOX = pymupdf.Rect(120, 300, 420, 420)
CAPTION = "Figure 1: Electricity of the Birch model by month."
ARCHIVE = "results/corpus/tiny/images/alder2021.zip"


def write_figure(path: Path) -> None:
    """A page of text with a red picture and its caption."""
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 90), "Energy of the Alder cluster", fontsize=18)
        for n, line in enumerate(("Training the Birch model used 37.5 MWh.", "It ran for a year.")):
            page.insert_text((72, 130 + 14 * n), line, fontsize=10)
        pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 250, 100))
        pixels.set_rect(pixels.irect, (200, 20, 20))
        page.insert_image(BOX, pixmap=pixels, keep_proportion=False)
        page.insert_text((120, 436), CAPTION, fontsize=9)
        document.save(path, no_new_id=True)


@pytest.fixture
def study(planner, tmp_path):
    planner.requests.clear()
    planner.always(json.dumps({**REPLY, "supporting_materials": "a sentence"}))
    write_study(
        tmp_path,
        retrievers={"seeing": {"index": "tiny", "dense_weight": 0.0, "with_images": True}},
        pipelines={"seeing": {"retriever": "seeing", "send_images": True}},
        datafiles={"train": {"path": "train.csv"}},
        models=["chat", "extractive"],
        ensembles={},
        external_results=None,
    )
    write_figure(tmp_path / "alder2021.pdf")
    write_csv(tmp_path / "metadata.csv", ("id", "title", "url"),
              [("alder2021", "Energy of Alder", "alder2021.pdf"),
               ("cedar2022", "Carbon of Cedar", "cedar2022.md")])  # fmt: skip
    columns = ("id", "question", "answer_value", "answer_unit", "ref_id")
    [(name, question, value, unit, ref)] = QUESTIONS[:1]
    write_csv(tmp_path / "train.csv", columns, [(name, question, value, unit, f"['{ref}']")])
    declare(tmp_path, f"chat: {ENTRY}, sees_images: true}}")
    return tmp_path


@pytest.mark.slow
def test_a_model_that_sees_is_sent_the_figure_and_nothing_is_made_twice(study, planner):
    assert planned(study)["figures"] == 1
    snakemake(study)
    (request,) = planner.requests
    user = request["messages"][-1]
    assert f"Referenced media:\n\n[ref_id=alder2021] Image 1: {CAPTION}" in text_of(user)
    (part,) = user["content"][1:]
    head, _, encoded = part["image_url"]["url"].partition(",")
    data = base64.b64decode(encoded)
    assert head == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    # The picture's own pixels, not the 833 that 300 points have at 200 dots per inch.
    assert 240 <= image.width <= 260
    red, green, _ = image.getpixel((image.width // 2, image.height // 2))
    assert (red > 150, green < 80) == (True, True)
    [media] = _media(study)
    assert CorpusImages([study / ARCHIVE]).get("alder2021", media["node_id"]) == data
    run = "results/experiments/local/train/seeing/chat/api/run1"
    (record,) = map(json.loads, (study / run / "answers.jsonl").read_text().splitlines())
    assert record["tried"][0]["num_images"] == 1

    assert not planned(study)
    (study / run / "submission.csv").unlink()
    snakemake(study, f"{run}/submission.csv")
    assert len(planner.requests) == 1  # stored under the image's hash

    # Another drawing of the figure is another question to those who see it, and to no others.
    (study / ARCHIVE).unlink()
    jobs = planned(study)
    assert (jobs["figures"], jobs["answer"], jobs["retrieve"]) == (1, 1, 0)


def test_what_cannot_be_sent_or_seen_is_told_before_anything_runs(study):
    declare(study, f"chat: {ENTRY}}}")
    failed = snakemake(study, "-n", check=False)
    assert failed.returncode == 1
    assert failed.stdout.strip().splitlines()[-1] == (
        "study.yaml: pipelines.seeing.send_images: model 'chat' is not declared to see images; "
        "set sees_images: true in its entry of models.yaml, or send_images: false"
    )
    write_config(study, read_config(study) | {"models": ["extractive"]})
    jobs = planned(study)
    assert (jobs["figures"], jobs["answer"]) == (0, 1)


def _media(study: Path) -> list[dict]:
    path = study / "results/retrieval/seeing/train/none.jsonl"
    (found,) = map(json.loads, path.read_text().splitlines())
    return found["attempts"][0]["media"]
