"""An old site and its new pages, asked the same and compared."""
