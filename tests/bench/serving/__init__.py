"""Requests per second and CPU per request through HTTP on loopback."""
