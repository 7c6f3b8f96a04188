"""Operators that the convention of convolution and matrix products leaves out, by what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

_NORMALISATION = {
    "_batch_norm_no_update", "_batch_norm_with_update", "_fused_rms_norm", "_native_batch_norm_legit",
    "_native_batch_norm_legit_no_training", "_weight_norm_interface", "cudnn_batch_norm",
    "linalg_vector_norm", "native_batch_norm", "native_group_norm", "native_layer_norm",
}  # fmt: skip
"""Statistics, scaling and shifting of activations or weights."""

_POOLING = {
    "_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool2d_with_indices", "max_pool3d_with_indices",
}  # fmt: skip
"""Averages and maxima of windows."""

_ACTIVATION = {
    "_log_softmax", "_prelu_kernel", "_safe_softmax", "_softmax", "glu", "hardswish", "leaky_relu",
    "native_dropout", "rrelu_with_noise",
}  # fmt: skip
"""Non-linearities and dropout that are not tagged as element-wise, or not in every release of torch."""

_INTERPOLATION = {
    "_upsample_bicubic2d_aa", "_upsample_bilinear2d_aa", "_upsample_nearest_exact2d", "grid_sampler_2d",
    "grid_sampler_3d", "upsample_bicubic2d", "upsample_bilinear2d", "upsample_linear1d",
    "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "upsample_trilinear3d",
}  # fmt: skip
"""Resizing and sampling."""

_REDUCTION = {
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum",
    "logsumexp", "max", "mean", "median", "min", "nanmean", "nansum", "norm", "prod", "std", "std_mean",
    "sum", "var", "var_mean",
}  # fmt: skip
"""Sums, means and extremes."""

_MOVEMENT = {
    "_assert_async", "_has_compatible_shallow_copy_type", "_local_scalar_dense", "_reshape_alias",
    "_to_copy", "_unique2", "_unsafe_view", "arange", "bernoulli", "bucketize", "cat",
    "channel_shuffle", "clone", "col2im", "constant_pad_nd", "copy", "embedding", "empty",
    "empty_strided", "exponential_", "eye", "fill", "flip", "full", "gather", "im2col", "index",
    "index_add", "index_copy", "index_fill", "index_put", "index_select", "lift_fresh",
    "lift_fresh_copy", "linspace", "masked_select", "meshgrid", "native_channel_shuffle", "new_empty",
    "new_empty_strided", "new_full", "new_ones", "new_zeros", "nonzero", "normal_", "one_hot", "ones",
    "pixel_shuffle", "pixel_unshuffle", "rand", "randint", "randn", "randperm", "reflection_pad1d",
    "reflection_pad2d", "reflection_pad3d", "repeat", "repeat_interleave", "replication_pad1d",
    "replication_pad2d", "replication_pad3d", "resize_", "roll", "rot90", "scalar_tensor", "scatter",
    "scatter_add", "searchsorted", "select_scatter", "set_", "slice_scatter", "sort", "stack", "topk",
    "tril", "tril_indices", "triu", "triu_indices", "unbind_copy", "uniform_", "unsafe_split", "zero_",
    "zeros",
}  # fmt: skip
"""Creating, copying, selecting and reordering elements."""

LEFT_OUT = _NORMALISATION | _POOLING | _ACTIVATION | _INTERPOLATION | _REDUCTION | _MOVEMENT


def is_left_out(operator: Any) -> bool:
    """Whether an operator is known to be outside the convention: views, element-wise, norms, pooling, copies.

    Args:
        operator: An overload, for example `torch.ops.aten.relu.default`. Operators of other libraries
            than torch itself are never known.
    """
    if operator.namespace not in ("aten", "prim", "prims"):
        return False
    # One that writes into its input does what its out-of-place form does; not every release tags both.
    return any(_is_known(one) for one in (operator, *_out_of_place(operator)))


def _is_known(operator: Any) -> bool:
    if operator.is_view or torch.Tag.pointwise in operator.tags:
        return True
    name = _bare_name(operator)
    return name in LEFT_OUT or name.endswith("_like")  # empty_like, zeros_like, rand_like, ...


def _out_of_place(operator: Any) -> Iterator[Any]:
    name = _bare_name(operator)
    if name.endswith("_") and (twin := getattr(torch.ops.aten, name[:-1], None)):
        yield from (getattr(twin, overload) for overload in twin.overloads())


def _bare_name(operator: Any) -> str:
    name: str = operator._schema.name.split("::")[1]  # noqa: SLF001 - the only place that has it
    return name
