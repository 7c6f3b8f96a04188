"""What trials chose by measuring: a table for whoever asks why one network was compiled and another not."""

from factories import architectures, document, write_run

from bench.analysis.tables import load
from reports.sections.provenance import environment

SUITE = document(architectures=architectures(2), claims=[])


def measured(record):
    """The first network gains by compiling, the second cannot be compiled."""
    first = record.trial.label == SUITE["architectures"][0]["label"]
    update = (
        {"compile": True, "compile_variant": "compiled", "compile_trial": {"eager": 0.2, "compiled": 0.1}}
        if first
        else {"compile_trial": {"eager": 0.2}, "compile_failures": {"compiled": "no C++ compiler"}}
    )
    return record.model_copy(update={"choices": record.choices.model_copy(update=update)})


def test_one_row_a_trial_that_decided(tmp_path):
    table = load(write_run(tmp_path, SUITE, measured)).decisions
    assert len(table) == 2 * len(SUITE["recipe"]["seeds"])
    first, second = table.iloc[0], table.iloc[1]
    assert (first["compile_variant"], first["eager_seconds"], first["compiled_seconds"]) == (
        "compiled",
        0.2,
        0.1,
    )
    assert second["compile_variant"] == "eager"
    assert "no C++ compiler" in second["failure"]


def test_nothing_was_decided_by_default(tmp_path):
    assert not len(load(write_run(tmp_path, SUITE)).decisions)


def test_each_network_may_be_fastest_in_its_own_way(tmp_path):
    """A difference between networks is the point of "auto", not a departure."""
    assert not len(load(write_run(tmp_path, SUITE, measured)).warnings)


def test_the_report_shows_it(tmp_path):
    section = environment(load(write_run(tmp_path, SUITE, measured)))
    fold = next(block for block in section.parts if getattr(block, "title", "") == "Chosen by measuring")
    texts = [cell.text for row in fold.parts[0].rows for cell in row]
    assert "200\u202fms" in texts
    assert any("no C++ compiler" in text for text in texts)
