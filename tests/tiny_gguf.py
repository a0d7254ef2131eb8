"""A tiny random chat model as a GGUF file: made in a second, the same each time."""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFWriter, TokenType

WIDTH, INNER, LAYERS, HEADS, KEY_HEADS = 64, 128, 2, 4, 2
WORDS = ["the", "energy", "water", "data", "center", "use", "of", "in", "and"]
CHAT = (
    "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def make_gguf(path: Path, context: int = 8192, template: str | None = CHAT) -> Path:
    """Llama with bytes, letters and a few words, and a chat template if one is given.

    The weights of the special tokens are zero, so that a greedy reply does not end by itself.
    """
    tokens = [b"<unk>", b"<s>", b"</s>", *(f"<0x{n:02X}>".encode() for n in range(256))]
    pieces = ["\u2581", *map(chr, range(97, 123)), *(f"\u2581{word}" for word in WORDS)]
    kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny-random")
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokens) + len(pieces))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([*tokens, *(piece.encode() for piece in pieces)])
    writer.add_token_scores([0.0] * len(tokens) + [-float(n) for n in range(len(pieces))])
    writer.add_token_types([*kinds, *[TokenType.NORMAL] * len(pieces)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    if template is not None:
        writer.add_chat_template(template)
    _add_weights(writer, len(tokens) + len(pieces))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_weights(writer: GGUFWriter, vocabulary: int) -> None:
    random = np.random.default_rng(0)

    def add(name: str, *shape: int, zero: int = 0) -> None:
        weights = random.standard_normal(shape) * 0.05 if len(shape) > 1 else np.ones(shape)
        weights[:zero] = 0
        writer.add_tensor(f"{name}.weight", weights.astype(np.float32))

    narrow = WIDTH * KEY_HEADS // HEADS
    add("token_embd", vocabulary, WIDTH)
    add("output", vocabulary, WIDTH, zero=3)
    add("output_norm", WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        add(block + "attn_norm", WIDTH)
        add(block + "ffn_norm", WIDTH)
        add(block + "attn_q", WIDTH, WIDTH)
        add(block + "attn_k", narrow, WIDTH)
        add(block + "attn_v", narrow, WIDTH)
        add(block + "attn_output", WIDTH, WIDTH)
        add(block + "ffn_gate", INNER, WIDTH)
        add(block + "ffn_up", INNER, WIDTH)
        add(block + "ffn_down", WIDTH, INNER)
