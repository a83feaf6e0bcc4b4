"""One of the sites as a WSGI application, on a port of its own.

    python -m tests.sites.wsgi DOCROOT SITE.CONF SESSIONS

prints its address and serves until it is ended.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from psp.modpython.application import Application
from tests.conformance.server import RequestHandler, Server


def main() -> None:
    """Serve the folder that the command line names."""
    docroot, conf, sessions = sys.argv[1:]
    directives = Path(conf).read_text()
    directives += f"\nPythonOption mod_python.session.database_directory {sessions}\n"
    logging.disable()
    server = Server(("127.0.0.1", 0), RequestHandler)
    server.set_app(Application(docroot, directives, default_session="FileSession"))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
