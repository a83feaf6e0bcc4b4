"""Floor: ''.join over the ready-made pieces, one piece per text or value."""

from .. import workloads
from .base import Adapter


class Engine(Adapter):
    name = "floor: join of ready pieces"
    by_hand = True
    skip = {"W6": "nothing to compile", "W7": "renders while it starts"}

    def make(self, workload, directory):
        pieces = workloads.pieces(workload.nodes, workload.context, workload.escape)
        join = "".join
        return lambda: join(pieces)
