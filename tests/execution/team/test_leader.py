"""What the leading process does before it lets the others begin."""

from bench.execution.local import LocalEngine
from bench.execution.team import leader
from bench.execution.team.leader import Leader
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.world import World

PAIR = World(rank=0, size=2, local_rank=0, local_size=2, node=0, nodes=1, address="localhost", restarts=0)
TRIAL = Trial(
    label="A", architecture="plain_cnn", args={}, dataset=Dataset(name="digits"), recipe=Recipe(epochs=1),
    execution=Execution(device="cpu"),
)  # fmt: skip


def test_the_folder_is_there_before_anybody_is_asked(monkeypatch, tmp_path):
    """The others log beside the first only where they see its folder, and one of them may be quicker."""
    folder = tmp_path / "trials" / "a"
    found = []
    monkeypatch.setattr(leader, "_tell", lambda _, message: found.append((message["kind"], folder.is_dir())))
    monkeypatch.setattr(LocalEngine, "execute", lambda *_: None)
    first = Leader(None, PAIR)
    first._others = {1: None}
    first.execute(TRIAL, folder, lambda _: None)
    assert found == [("execute", True), ("abort", True)]
