"""Who works together, as torchrun's environment says."""

import pytest

from bench.world import world

SECOND = {
    "TORCHELASTIC_RUN_ID": "x", "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4",
    "GROUP_RANK": "1", "GROUP_WORLD_SIZE": "2", "MASTER_ADDR": "first", "TORCHELASTIC_RESTART_COUNT": "2",
}  # fmt: skip


def test_a_process_knows_its_place():
    """Rank 0 alone leads."""
    found = world(SECOND)
    assert (found.rank, found.size, found.node, found.nodes, found.restarts) == (5, 8, 1, 2, 2)
    assert not found.leading
    assert world({**SECOND, "RANK": "0"}).leading


@pytest.mark.parametrize("change", [{"WORLD_SIZE": "1"}, {"TORCHELASTIC_RUN_ID": None}])
def test_a_process_without_others_is_alone(change):
    """Under torchrun too; and variables of other launchers are not taken for torchrun's."""
    environment = {key: value for key, value in {**SECOND, **change}.items() if value is not None}
    assert world(environment) is None
