"""Pages, one a file, with what every stage makes of them."""
