"""Fixers in place of some of fissix's own, which loads them by these names."""
