"""Plugins for tools that know nothing of pages."""
