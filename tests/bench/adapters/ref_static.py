"""Floor: the whole output as one ready string (a function call, no work)."""

from .. import workloads
from .base import Adapter


class Engine(Adapter):
    name = "floor: ready string"
    by_hand = True
    skip = {"W6": "nothing to compile", "W7": "renders while it starts"}

    def make(self, workload, directory):
        output = workloads.expected(workload)
        return lambda: output
