"""Django: pages as templates of a project, or a folder of pages at one of its URLs."""

from .templates import Pages
from .view import page_view

__all__ = ["Pages", "page_view"]
