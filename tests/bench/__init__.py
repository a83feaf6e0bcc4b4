"""Benchmarks: psp, its peers and hand-written Python, as ratios of one run."""
