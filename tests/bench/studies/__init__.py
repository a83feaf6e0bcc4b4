"""Measurements behind the choices of the compiler and the caches."""
