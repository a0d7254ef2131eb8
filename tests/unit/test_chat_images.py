"""Images beside a text: what the key knows of them, and how each provider sends them."""

import asyncio
import base64
import io
from dataclasses import replace

import pytest
from openai.types.chat import ChatCompletionUserMessageParam
from PIL import Image
from pydantic import TypeAdapter, ValidationError

from tests.batch_server import batch_chat, batch_server
from tests.bedrock_server import ask as ask_bedrock
from tests.bedrock_server import bedrock_server, plant_keys
from tests.chat_server import KEY
from wattrag.config.chat import OpenAIModel, OpenRouterModel
from wattrag.config.local_chat import HFLocalModel, LlamaCppModel
from wattrag.errors import InputError
from wattrag.files import digest
from wattrag.llm.images import image_format
from wattrag.llm.providers.registry import chat_model
from wattrag.llm.system_role import folded
from wattrag.store.asked import Asked, ModelKey, Request

MODEL = ModelKey("openai", "m-1", None, "api", {})
TEXT = Request([{"role": "user", "content": "Question: why?"}], 9, 0.0)


def image(kind):
    data = io.BytesIO()
    Image.new("RGB", (3, 2), (200, 20, 20)).save(data, kind)
    return data.getvalue()


JPEG, PNG = image("JPEG"), image("PNG")
HASHES = [digest(JPEG), digest(PNG)]
SEEN = replace(
    TEXT,
    messages=[{"role": "system", "content": "Be brief."}, {**TEXT.messages[0], "images": HASHES}],
    images={digest(data): data for data in (JPEG, PNG)},
)


def key(request):
    return Asked(MODEL, request).key


def test_the_key_holds_the_hashes_of_images_and_not_their_bytes():
    assert key(replace(SEEN, images={})) == key(SEEN)
    user = SEEN.messages[1]
    for other in ([HASHES[0]], HASHES[::-1], [HASHES[0], digest(b"other")]):
        changed = replace(SEEN, messages=[SEEN.messages[0], {**user, "images": other}])
        assert key(changed) != key(SEEN)


def test_the_key_of_a_text_is_what_it_was_before_there_were_images():
    fields = {
        "messages": [{"role": "user", "content": "Question: why?"}],
        "max_new_tokens": 9, "temperature": 0.0, "run": 1, "schema": None,
    }  # fmt: skip
    expected = digest({"model": MODEL.digest, "request": fields})
    assert key(TEXT).hex() == expected
    assert key(replace(TEXT, images={"unused": b"x"})).hex() == expected


def reply_to(entry, request=SEEN):
    async def run():
        model = chat_model(entry, entry.precisions[0], 1)
        try:
            return await model.complete(request)
        finally:
            await model.close()

    return asyncio.run(run())


def check_parts(message):
    """The user's message as OpenAI's own types have it: the text, then both images."""
    TypeAdapter(ChatCompletionUserMessageParam).validate_python(message)
    text, *images = message["content"]
    assert text == {"type": "text", "text": "Question: why?"}
    for part, mime, data in zip(images, ("image/jpeg", "image/png"), (JPEG, PNG), strict=True):
        head, _, encoded = part["image_url"]["url"].partition(",")
        assert head == f"data:{mime};base64"
        assert base64.b64decode(encoded) == data


@pytest.mark.parametrize("kind", [OpenAIModel, OpenRouterModel])
def test_chat_completions_has_them_as_parts_after_the_text(chat, monkeypatch, kind):
    monkeypatch.setenv("OPENROUTER_API_KEY", "k")
    provider = "openai" if kind is OpenAIModel else "openrouter"
    entry = kind(provider=provider, model_id="m-1", name="M", base_url=chat.url, max_retries=0)
    reply_to(entry)
    (request,) = chat.requests
    system, user = request["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    check_parts(user)


def test_bedrock_has_them_as_blocks_after_the_text(monkeypatch, tmp_path):
    plant_keys(monkeypatch, tmp_path)
    with bedrock_server() as server:  # checks the form by botocore's model of the service
        ask_bedrock(server, SEEN)
        (request,) = server.requests
    assert request["system"] == [{"text": "Be brief."}]
    (user,) = request["messages"]
    text, *images = user["content"]
    assert text == {"text": "Question: why?"}
    assert [block["image"]["format"] for block in images] == ["jpeg", "png"]
    sent = [base64.b64decode(block["image"]["source"]["bytes"]) for block in images]
    assert sent == [JPEG, PNG]


@pytest.mark.parametrize(
    "entry",
    [
        HFLocalModel(provider="hf_local", path="nowhere", name="Blind", vram_gb={"fp32": 1}),
        LlamaCppModel(provider="llama_cpp", path="nowhere", name="Blind", quantization="F16"),
    ],
)
def test_a_model_that_runs_here_refuses_them_before_it_is_loaded(entry):
    with pytest.raises(InputError, match=r"^Blind: images are not sent to models that run here"):
        reply_to(entry)


def test_a_model_that_runs_here_cannot_be_declared_to_see():
    with pytest.raises(ValidationError, match="sees_images"):
        HFLocalModel(provider="hf_local", path="x", name="B", sees_images=True)


def test_a_batch_has_them_as_a_call_has(monkeypatch, tmp_path):
    with batch_server() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)

        async def run():
            model = batch_chat(tmp_path)
            try:
                return await model.complete(SEEN)
            finally:
                await model.close()

        asyncio.run(run())
        (batch,) = server.batches.values()
        (line,) = server.lines(batch.input_file_id)
    check_parts(line["body"]["messages"][1])


def test_an_image_that_is_missing_or_none_is_one_clear_line(chat):
    entry = OpenAIModel(provider="openai", model_id="m-1", name="M", base_url=chat.url)
    with pytest.raises(InputError, match="is not part of the request"):
        reply_to(entry, replace(SEEN, images={}))
    for data in (b"", b"RIFF0000WEBPVP8 ", b"%PDF-1.7", b"<svg/>"):
        with pytest.raises(InputError, match="is neither JPEG nor PNG"):
            image_format(data)


def test_a_template_without_a_system_role_keeps_the_images():
    assert folded(SEEN.messages) == [
        {"role": "user", "content": "Be brief.\n\nQuestion: why?", "images": HASHES}
    ]
