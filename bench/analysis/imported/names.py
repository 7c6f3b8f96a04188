"""What other tools call a device or a precision, in the words of this program."""

from __future__ import annotations

import re

PRECISIONS = {
    "amp": "float16 autocast", "amp_fp16": "float16 autocast", "amp_float16": "float16 autocast",
    "amp_bf16": "bfloat16", "amp_bfloat16": "bfloat16",
    "fp16": "float16 weights", "float16": "float16 weights",
    "bf16": "bfloat16 weights", "bfloat16": "bfloat16 weights",
    "fp32": "float32", "float32": "float32", "tf32": "tf32",
}  # fmt: skip
"""timm's words. Its float32 leaves TF32 on for convolutions on GPUs, as torch does, and is named so there."""

BRANDS = frozenset({
    "nvidia", "geforce", "rtx", "quadro", "tesla", "intel", "amd", "core", "xeon", "cpu", "gpu",
    "processor",
})  # fmt: skip
"""Words that are said of a device or not, and do not tell two of them apart."""


def precision(word: str, *, on_cpu: bool) -> str:
    """A precision of timm's, for example "amp"."""
    known = PRECISIONS.get(word, word)
    return known if known != "float32" or on_cpu else "float32, convolutions in tf32"


def same_device(a: str, b: str) -> bool:
    """Whether two names are of one model of hardware: "rtx4090" and "NVIDIA GeForce RTX 4090"."""
    return _key(a) == _key(b)


def _key(name: str) -> str:
    """Without brands, clock rates and what stands in brackets, unless nothing remains."""
    text = re.sub(r"\([^)]*\)|@.*$", " ", name.lower())
    words = re.findall(r"[a-z]+|\d+[a-z\d]*", re.sub(r"(?<=[a-z])[-_](?=\d)", "", text))
    kept = "".join(word for word in words if word not in BRANDS)
    return kept or "".join(words)
