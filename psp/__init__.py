"""psp: Python Server Pages."""
