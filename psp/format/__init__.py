"""Pages written one way: their tags, and the Python in them."""
