"""What a live site gives away, or gets wrong, as a visitor sees it."""
