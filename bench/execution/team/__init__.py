"""Several processes, started by torchrun, that train one network after another together.

Each has a worker of its own, as a run without torchrun has. The first one, rank 0, plans, writes and speaks;
it tells the others over a socket what to do, and hears when they fail. Only the workers import torch.
"""
