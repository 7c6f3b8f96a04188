"""What `bench check` costs beyond importing torch: seconds, memory, and milliseconds per architecture."""

import json
import subprocess
import sys

import pytest

from bench.commands.check import check
from bench.commands.lock import main as lock
from bench.measurements.locking import lock_architecture
from bench.spec import Architecture
from bench.suite_file import shipped_suites

IMPORT = "import torch, torchvision"
CHECK = "from bench.commands import check; check.main(*suites)"
MEASURE = """
import json, resource, sys
suites = sys.argv[1:]
{code}
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024]))
"""


def cost(code, *suites):
    """Processor seconds and peak resident bytes of a fresh interpreter; other load does not count."""
    command = [sys.executable, "-c", MEASURE.format(code=code), *suites]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


@pytest.fixture
def locked_copies(tmp_path):
    """Every shipped suite, locked in a folder of its own."""
    copies = []
    for name, path in shipped_suites().items():
        copy = tmp_path / f"{name}.toml"
        copy.write_bytes(path.read_bytes())
        copies.append(str(copy))
    assert copies
    lock(*copies)
    return copies


def test_all_shipped_suites_take_two_seconds_and_little_memory(locked_copies):
    """At most 2 s beyond the imports, and under 1.2 GB."""
    assert check(*locked_copies).passed
    base_seconds, _ = min(cost(IMPORT) for _ in range(3))
    seconds, peak = min(cost(f"{IMPORT}\n{CHECK}", *locked_copies) for _ in range(3))
    assert seconds - base_seconds <= 2.0
    assert peak < 1.2e9


@pytest.mark.parametrize("name", ["plain_cnn", "resnet50", "vgg16"])
def test_a_further_architecture_costs_milliseconds(benchmark, name):
    """Building, counting and tabulating one network."""
    side = 32 if name == "plain_cnn" else 224
    architecture = Architecture(label="x", name=name)
    locked = benchmark.pedantic(lock_architecture, (architecture, 3, side, 10), rounds=5, warmup_rounds=1)
    assert locked.params
    assert benchmark.stats is None or benchmark.stats.stats.median < 1.0
