"""CGI programs of a site (RFC 3875), each request in a process of its own."""

from .runner import ScriptRunner

__all__ = ["ScriptRunner"]
