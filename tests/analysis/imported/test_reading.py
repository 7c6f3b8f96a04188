"""Files of timm, asv and pytest-benchmark: what is taken from them, and what is told of the rest."""

import json

import pytest

from bench.analysis.imported import read
from bench.errors import StoreError

NHWC = "benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv"
TABLE = """\
model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,param_count,infer_gmacs,infer_macts
resnet18,160,35956.09,14.229,512,11.69,0.93,1.27
resnet18,224,18247.43,28.048,512,11.69,1.82,2.48
"""
"""Rows of timm's published table of that name."""


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def test_a_table_of_timm_says_its_conditions_by_row_and_by_name(file):
    """Batch and image size in the row; precision, layout, torch and device in the file's name."""
    source = read(file(NHWC, TABLE))
    assert source.kind == "timm"
    assert [(row.subject, row.quantity.name, row.value) for row in source.rows] == [
        ("resnet18", "inference_throughput", 35956.09), ("resnet18", "inference_throughput", 18247.43),
    ]  # fmt: skip
    assert source.rows[1].conditions == {
        "batch size": "512", "image size": "224", "precision": "float16 autocast", "torch": "2.4",
        "memory format": "channels_last", "compile mode": "eager", "device name": "rtx4090",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("benchmark-train-amp-nchw-pt112-cu113-rtx3090.csv",
         ("float16 autocast", "1.12", "eager", "rtx3090")),
        ("benchmark-infer-fp32-nchw-pt221-cpu-i9_10940x-dynamo.csv",
         ("float32", "2.2", "compiled", "i9_10940x")),
        ("benchmark-infer-amp_bf16-nchw-pt291-cu130-pro6000maxq.csv",
         ("bfloat16", "2.9", "eager", "pro6000maxq")),
        ("benchmark-infer-fp32-nchw-pt240-cu124-rtx4090.csv",
         ("float32, convolutions in tf32", "2.4", "eager", "rtx4090")),
        ("model_benchmark_amp_nchw_rtx3090.csv", ("float16 autocast", None, "eager", "rtx3090")),
        ("results.csv", (None, None, None, None)),
    ],
)  # fmt: skip
def test_names_of_published_tables_are_understood(file, name, expected):
    """Any other name says nothing."""
    conditions = read(file(name, TABLE)).rows[0].conditions
    assert tuple(map(conditions.get, ("precision", "torch", "compile mode", "device name"))) == expected


def test_both_modes_of_a_row_are_read_and_failed_models_are_named(file):
    """What has no figure, or none that can be one, is left out by name."""
    rows = (
        "model,infer_samples_per_sec,infer_batch_size,train_samples_per_sec,train_batch_size\n"
        "a,100.5,256.0,20,32\nb,,,nan,\nc,-1,256,inf,32\nd,1e3\n"
    )
    source = read(file("results.csv", rows))
    figures = [
        (row.subject, row.quantity.name, row.value, row.condition("batch size")) for row in source.rows
    ]
    assert figures == [
        ("a", "inference_throughput", 100.5, "256"), ("a", "train_throughput", 20, "32"),
        ("d", "inference_throughput", 1000, "not recorded"),
    ]  # fmt: skip
    assert source.left_out == ("b: no figure", "c: no figure")


def test_a_file_beside_it_says_what_a_table_does_not(file):
    """For all rows; what a row says itself counts more."""
    path = file("results.csv", TABLE)
    file(
        "results.csv.conditions.toml", 'device_name = "NVIDIA A100"\nprecision = "float32"\nbatch_size = 1\n'
    )
    conditions = read(path).rows[0].conditions
    assert (conditions["device name"], conditions["precision"]) == ("NVIDIA A100", "float32")
    assert conditions["batch size"] == "512"
    file("results.csv.conditions.toml", "colour = 3\n")
    with pytest.raises(StoreError, match="unknown condition 'colour'; choose from batch size"):
        read(path)


def test_asv_gives_a_figure_for_each_setting_of_the_parameters(file):
    """In asv's order; failed and skipped ones are named; the name of a benchmark tells what it measured."""
    content = {
        "commit_hash": "abc", "env_name": "py3.12", "version": 2, "python": "3.12",
        "params": {"machine": "box", "cpu": "Intel(R) Core(TM) i9-10940X CPU @ 3.30GHz"},
        "result_columns": ["result", "params", "version"],
        "results": {
            "suite.Net.time_step": [[0.1, None, 0.3, float("nan")], [["1", "8"], ["'a'", "'b'"]], "v"],
            "suite.peakmem_net": [[1000], [], "v"],
            "suite.track_params": [11.5],
            "suite.broken": None,
        },
    }  # fmt: skip
    source = read(file("abc-py3.12.json", content))
    assert [(row.subject, row.quantity.name, row.value) for row in source.rows] == [
        ("suite.Net.time_step(1, 'a')", "seconds", 0.1), ("suite.Net.time_step(8, 'a')", "seconds", 0.3),
        ("suite.peakmem_net", "bytes", 1000), ("suite.track_params", "value", 11.5),
    ]  # fmt: skip
    assert len(source.left_out) == 3
    assert source.rows[0].conditions["device name"].startswith("Intel")


def test_pytest_benchmark_gives_medians(file):
    """Of anybody's benchmarks; what they put beside them counts as conditions where it is known."""
    content = {
        "machine_info": {"cpu": {"brand_raw": "Example CPU"}},
        "benchmarks": [
            {
                "name": "test_a",
                "fullname": "t.py::test_a",
                "stats": {"median": 0.5},
                "extra_info": {"batch_size": 8},
            },
            {"name": "test_b", "stats": {"mean": 0.5}},
            "no table",
        ],
    }
    source = read(file("0001_x.json", content))
    assert [(row.subject, row.value) for row in source.rows] == [("t.py::test_a", 0.5)]
    assert source.rows[0].conditions == {"device name": "Example CPU", "batch size": "8"}
    assert source.left_out == ("test_b: no median", "?: no median")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "neither a run directory nor a table of timm"),
        ("a,b\n1,2\n", "neither a run directory nor a table of timm"),
        ("{}", "neither a run directory"),
        ('{"benchmarks": 3, "machine_info": {}}', "neither a run directory"),
        ("[1, 2]", "neither a run directory"),
        ("{", "damaged"),
        ("[" * 100_000, "damaged"),
        ('model,infer_samples_per_sec\n"a', "damaged"),
    ],
)
def test_what_is_no_table_is_told(file, content, why):
    """In one message, without a traceback."""
    with pytest.raises(StoreError, match=why):
        read(file("x.txt", content))


def test_what_is_no_text_is_told(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe\x00model")
    with pytest.raises(StoreError, match="no UTF-8 text"):
        read(path)
