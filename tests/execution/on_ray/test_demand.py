"""What Ray reserves for a trial, from the suite and from the nodes there are."""

import pytest
from factories import document, make_info

from bench.errors import SuiteError
from bench.execution.on_ray.demand import Node, demand

CPU_NODE, GPU_NODE = Node(cpus=8, memory=64e9), Node(cpus=16, gpus=4, memory=256e9)


def trials(throughput=True, **execution):
    """The trials of the first seed and of the second; speed is measured in the first."""
    measure = {"throughput": throughput, "memory": False}
    suite = document(recipe={"seeds": [0, 1]}, claims=[], execution=execution, measure=measure)
    plan = make_info(suite).plan
    return plan[0], plan[3]


def test_on_cpus_a_trial_takes_the_smallest_node():
    """As many cores as on one machine, and the same number everywhere, since threads move last digits."""
    _, second = trials()
    found = demand(second, [Node(cpus=0), Node(cpus=8), Node(cpus=16)])
    assert (found.cpus, found.gpus, found.allotment.threads) == (8, 0, 8)


def test_on_gpus_a_trial_takes_one_and_its_share_of_the_cores():
    """With "auto", GPUs are used where there are any."""
    for device in ("auto", "cuda"):
        _, second = trials(device=device)
        found = demand(second, [CPU_NODE, GPU_NODE])
        assert (found.gpus, found.cpus, found.allotment.exclusive) == (1, 4, True)
    _, second = trials(device="cpu")
    assert demand(second, [GPU_NODE]).gpus == 0


@pytest.mark.parametrize(
    ("nodes", "resources", "shared", "alone"),
    [
        ([GPU_NODE], {"gpus": 0.25, "cpus": 2}, (2, 0.25), (2, 1)),
        ([CPU_NODE], {"cpus": 2}, (2, 0), (8, 0)),
    ],
    ids=["GPU", "CPU"],
)
def test_a_trial_with_timings_has_its_device_for_itself(nodes, resources, shared, alone):
    """A whole GPU or a whole node, in the same threads as the others; and it is said which has what."""
    first, second = (demand(trial, nodes) for trial in trials(resources=resources))
    assert (second.cpus, second.gpus, second.allotment.exclusive) == (*shared, False)
    assert (first.cpus, first.gpus, first.allotment.exclusive) == (*alone, True)
    assert first.allotment.threads == second.allotment.threads == 2


def test_threads_of_the_suite_are_the_cores_of_a_trial():
    """Unless it says otherwise."""
    _, second = trials(threads=3)
    assert demand(second, [CPU_NODE]).cpus == 3
    _, second = trials(threads=3, resources={"cpus": 1.5, "memory": "2 GiB"})
    found = demand(second, [CPU_NODE])
    assert found.options() == {"num_cpus": 1.5, "num_gpus": 0, "memory": 2 * 2**30}


def test_what_does_not_fit_is_told_from_what_does():
    """On a node that does nothing else."""
    _, second = trials(resources={"cpus": 9})
    assert not demand(second, [CPU_NODE]).fits(CPU_NODE)
    assert demand(second, [CPU_NODE]).fits(GPU_NODE)
    assert str(demand(second, [CPU_NODE])) == "9 CPUs, 0 GPUs"


@pytest.mark.parametrize(
    ("execution", "message"),
    [
        ({"device": "cuda:1"}, r"execution\.device: 'cuda:1' names one GPU .* say 'cuda'"),
        ({"device": "cuda", "resources": {"gpus": 0}}, r"execution\.resources\.gpus: 0, but .* leave one"),
    ],
)
def test_contradictions_are_refused(execution, message):
    """With the key to change."""
    _, second = trials(**execution)
    with pytest.raises(SuiteError, match=message):
        demand(second, [GPU_NODE])


def test_how_a_trial_is_run_is_not_what_it_is():
    """Its id stays, so that a run begun on one machine is continued on a cluster."""
    ray = {
        "engine": "ray",
        "ray": {"address": "x:1", "retries": 9, "storage": "/y"},
        "resources": {"cpus": 2},
    }
    assert [trial.id for trial in trials(**ray)] == [trial.id for trial in trials()]
