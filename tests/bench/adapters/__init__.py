"""One module an engine; each has a class `Engine` derived from base.Adapter."""

from __future__ import annotations

import importlib

from .base import Adapter

REFERENCES = ["ref_list", "ref_fstring", "ref_join", "ref_static", "ref_codegen"]
OURS = ["psp_"]
PEERS = [
    "mako_",
    "jinja2_",
    "chameleon_",
    "wheezy_",
    "tornado_",
    "bottle_",
    "django_",
    "genshi_",
    "kajiki_",
    "cheetah_",
    "minijinja_",
    "tenjin_",
    "yatl_",
    "renoir_",
    "empy_",
    "htpy_",
    "modpython_",
]
ALL = REFERENCES + OURS + PEERS


def full_name(name: str) -> str:
    """The module name of an engine, which people may write without its underscore."""
    base, colon, variant = name.partition(":")
    for found in (base, base + "_"):
        if found in ALL:
            return found + colon + variant
    raise LookupError(f"no engine {name!r}")


def load(name: str) -> Adapter:
    """The adapter of an engine; "ref_codegen:VARIANT" picks a variant of codegen.py."""
    base, _, variant = name.partition(":")
    engine = importlib.import_module("." + base, __package__).Engine
    return engine(variant) if variant else engine()
