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


def make_embedder(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """A sentence-transformers model: BERT, mean of its tokens."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    torch.manual_seed(7)
    bert = folder / "bert"
    BertModel(make_config(initializer_range=0.3)).save_pretrained(bert)
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


CODE = '''
import torch
from PIL import Image
from torch import nn


class Letters(nn.Module):
    """Counts letters, or colours of an image; adds what it was given."""

    config_keys = []
    forward_kwargs = {"task"}

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def preprocess(self, inputs, prompt=None, **kwargs):
        rows = []
        for sample in inputs:
            row = torch.zeros(8)
            if isinstance(sample, Image.Image):
                row[:3] = torch.tensor(sample.resize((1, 1)).getpixel((0, 0))).float()
            else:
                if sample.startswith("http"):
                    raise RuntimeError("fetched " + sample)
                for letter in (prompt or "") + sample:
                    row[ord(letter) % 7] += 1
            rows.append(row)
        return {"rows": torch.stack(rows)}

    def forward(self, features, task=None, **kwargs):
        rows = features["rows"].clone()
        rows[:, 7] += {None: 0, "find": 3, "store": 5}[task]
        return {**features, "sentence_embedding": rows}

    def get_embedding_dimension(self):
        return 8

    def save(self, path, *args, **kwargs):
        pass

    @classmethod
    def load(cls, *args, **kwargs):
        return cls()
'''


def make_custom(folder: Path) -> Path:
    """A model that brings its own code, as Jina's do."""
    folder.mkdir()
    (folder / "letters.py").write_text(CODE)
    module = {"idx": 0, "name": "0", "path": "", "type": "letters.Letters", "kwargs": ["task"]}
    (folder / "modules.json").write_text(json.dumps([module]))
    config = {"prompts": {"ask": "question ", "keep": "text "}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    return folder
