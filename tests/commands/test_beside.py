"""`bench compare` with a file of another tool."""

import json
import re

import pytest
from comparisons import certain, small
from factories import write_run

from bench.commands.compare import main
from bench.errors import DONE, StoreError, SuiteError

HOSTILE = "</script>|[red]\u202e\u0007"

NAME = "benchmark-infer-fp32-nhwc-pt280-cpu-example_cpu_with_amx.csv"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A run of a network of timm's, and a table; one of two batch sizes is measured in both."""
    folder = tmp_path_factory.mktemp("beside")
    networks = [{"label": "Mine", "name": "timm:resnet18"}, {"label": HOSTILE, "name": "plain_cnn"}]
    slow = lambda record: certain(record).model_copy(  # noqa: E731 - one use
        update={"choices": record.choices.model_copy(update={"precision": "float32"})}
    )
    write_run(folder / "runs", small(architectures=networks), slow)
    table = folder / NAME
    rows = f"resnet18,1000,128,32\nresnet18,500,64,32\n{HOSTILE},7,1,224\nvgg11,3,128,32\n"
    table.write_text("model,infer_samples_per_sec,infer_batch_size,infer_img_size\n" + rows)
    return folder / "runs", table


def test_what_is_comparable_is_ranked_and_the_rest_flagged(both, capsys):
    """Exact figures and conditions as JSON; the batch size of a run is that of its setting."""
    assert main(*both, style="json") == DONE
    rows = {
        (row["name"], row["a"]["conditions"]["batch size"]): row
        for row in json.loads(capsys.readouterr().out)["rows"]
    }
    fair = rows["resnet18", "128"]
    assert fair["comparable"]
    assert fair["rank"] == 1
    assert fair["ratio"] == pytest.approx(fair["b"]["value"] / fair["a"]["value"])
    flagged = rows["resnet18", "1"]
    assert (flagged["rank"], flagged["ratio"], flagged["reasons"]) == (
        None,
        None,
        ["batch size: 1 \u2192 64"],
    )


@pytest.mark.parametrize("style", ["table", "md"])
def test_names_have_no_effect_on_what_shows_them(both, capsys, style):
    """Neither markup nor control characters; the order of A and B is free."""
    assert main(*reversed(both), style=style) == DONE
    shown = capsys.readouterr().out
    assert "not comparable: batch size: 64" in shown
    assert "vgg11" in shown
    assert not re.search("[\u0000-\u0009\u000b-\u001f\u202e]", shown)
    assert "[red]" in shown if style == "table" else not re.search(r"(?<!\\)<", shown)


def test_nothing_in_common_is_said(both, tmp_path, capsys):
    """It is no error."""
    other = tmp_path / "other.csv"
    other.write_text("model,train_samples_per_sec\nnobody,3\n")
    assert main(both[0], other) == DONE
    assert "nothing to compare" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"fail_on": "params:0"}, {"style": "html"}, {"style": "pdf"}])
def test_what_needs_two_runs_is_refused(both, wrong):
    """Thresholds and the page."""
    with pytest.raises(SuiteError):
        main(*both, **wrong)


def test_a_file_of_a_run_is_no_table(both):
    """The message says what is expected."""
    (info,) = both[0].glob("*/*/run.json")
    with pytest.raises(StoreError, match="neither a run directory nor a table of timm"):
        main(info, both[1])


def test_it_can_be_written_to_a_file(both, tmp_path, capsys):
    """Its name is what is printed."""
    assert main(*both, output=tmp_path / "out.txt") == DONE
    assert capsys.readouterr().out.strip() == str(tmp_path / "out.txt")
    assert "resnet18" in (tmp_path / "out.txt").read_text()
