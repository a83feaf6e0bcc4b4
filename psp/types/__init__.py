"""The Python of pages given to mypy, as modules that know their places in the pages."""
