"""A trial as a run of the real MLflow, in a store below the run directory."""

import pytest

from bench.errors import BenchWarning
from bench.measurements.loggers.catalogue import LOGGERS
from bench.measurements.loggers.following import Following

pytest.importorskip("mlflow")
pytest.importorskip("sqlalchemy", reason="mlflow-skinny alone keeps no store")

MAKERS = {"mlflow": LOGGERS["mlflow"].make}


@pytest.fixture(autouse=True)
def local(monkeypatch):
    """No server."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def client(about, name):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=f"sqlite:///{about.run_folder / name}")


def runs(asked):
    """Every run of the suite's experiment."""
    return asked.search_runs([asked.get_experiment_by_name("a_suite").experiment_id])


def test_a_trial_is_a_run_with_params_curves_and_figures(finished, about, record, monkeypatch):
    """A continued one goes on in the same run, with each epoch once; another store gets all of them."""
    for epochs in (2, 3):  # two processes
        following = Following(about, finished, MAKERS)
        following(epochs)
    following.end(record)
    here = client(about, "mlflow.db")
    (run,) = runs(here)
    assert run.info.run_name == "CNN s0"
    assert run.info.status == "FINISHED"
    assert run.data.params["optimizer.name"] == "adamw"
    assert run.data.metrics["summary/params"] == record.static.params
    curve = here.get_metric_history(run.info.run_id, "accuracy/test")
    assert [(one.step, one.value) for one in curve] == [
        (row.epoch, row.test_accuracy) for row in finished.history
    ]

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{about.run_folder / 'elsewhere.db'}")
    Following(about, finished, MAKERS).end(record.model_copy(update={"status": "diverged"}))
    there = client(about, "elsewhere.db")
    (run,) = runs(there)
    assert run.info.status == "FAILED"
    assert len(there.get_metric_history(run.info.run_id, "accuracy/test")) == 3


def test_a_server_that_is_gone_costs_a_warning(finished, about, record, monkeypatch):
    """And nothing else."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.warns(BenchWarning, match="mlflow failed"):
        Following(about, finished, MAKERS).end(record)
