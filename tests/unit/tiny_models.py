"""Tiny random models in the formats of the real ones: made in a second, the same each time."""

import json
import string
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
DIMENSIONS, LONGEST = 32, 64


def make_tokenizer() -> PreTrainedTokenizerFast:
    """WordPiece over single characters, with BERT's special tokens."""
    pieces = [*SPECIAL, *string.printable.split()[0], *(f"##{c}" for c in string.printable[:94])]
    vocabulary = {piece: n for n, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=LONGEST,
    )


def make_config(**further: object) -> BertConfig:
    return BertConfig(
        vocab_size=256,
        hidden_size=DIMENSIONS,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=LONGEST,
        **further,
    )


def make_embedder(
    folder: Path, prompts: dict[str, str] | None = None, network: type[PreTrainedModel] = BertModel
) -> Path:
    """A sentence-transformers model: BERT or a relative of it, mean of its tokens."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    torch.manual_seed(7)
    bert = folder / "bert"
    config = network.config_class(**make_config(initializer_range=0.3).to_dict())
    network(config).save_pretrained(bert)
    make_tokenizer().save_pretrained(bert)
    modules = [Transformer(str(bert)), Pooling(DIMENSIONS)]
    model = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
    model.save(str(folder / "embedder"), create_model_card=False)
    return folder / "embedder"


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder: BERT with a head for so many labels."""
    torch.manual_seed(11)
    config = make_config(num_labels=labels, initializer_range=0.3)
    BertForSequenceClassification(config).save_pretrained(folder)
    make_tokenizer().save_pretrained(folder)
    return folder


CODE = """
from pathlib import Path

import torch
from PIL import Image
from torch import nn


class Transformer(nn.Module):
    save_in_root = True

    def __init__(self, model_name_or_path, model_args=None, config_args=None, tokenizer_args=None,
                 cache_dir=None, backend="torch", **kwargs):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, dtype=model_args["dtype"]))

    def tokenize(self, texts):
        rows = []
        for sample in texts:
            row = torch.zeros(8)
            if isinstance(sample, Image.Image):
                row[:3] = torch.tensor(sample.resize((1, 1)).getpixel((0, 0))).float()
            else:
                bare = sample.removeprefix("Query: ").removeprefix("Passage: ")
                if bare.startswith("http") or Path(bare).is_file():
                    raise RuntimeError("fetched " + sample)
                for letter in sample:
                    row[ord(letter) % 7] += 1
            rows.append(row)
        return {"rows": torch.stack(rows)}

    def forward(self, features, task=None):
        rows = features["rows"].clone()
        rows[:, 7] += {None: 0, "find": 3, "store": 5}[task]
        return {**features, "sentence_embedding": rows}

    @classmethod
    def load(cls, input_path):
        return cls(input_path)
"""


def make_custom(folder: Path) -> Path:
    """A model with code of its own, built like that of jina-embeddings-v4."""
    folder.mkdir()
    (folder / "custom_st.py").write_text(CODE)
    module = {"idx": 0, "name": "0", "path": "", "type": "custom_st.Transformer"}
    (folder / "modules.json").write_text(json.dumps([{**module, "kwargs": ["task"]}]))
    config = {"prompts": {"ask": "Query: ", "keep": "Passage: "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    return folder


WORDS = """The hall used energy and water. How much energy does the data center use in a year?
A study of large language models measures electricity, carbon and cooling: 12.5 kWh, 300 litres.
You answer questions about scientific papers with what they say and nothing else. """

CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_qwen(folder: Path, longest: int = 2048) -> Path:
    """A chat model: Qwen2 with bytes and a few pieces, and a ChatML template."""
    from tokenizers import decoders, trainers
    from transformers import Qwen2Config, Qwen2ForCausalLM

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator([WORDS], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = CHAT
    torch.manual_seed(5)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=longest,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
