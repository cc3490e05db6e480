"""A service that only gets ready and dies when told to, for testing what keeps services running.

It is run as a program with the variables of a service; WARDBOOK_PLAN is "serve" or "fail".
"""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Never


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/die":
            os._exit(7)
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()


def _end(*_: object) -> Never:
    sys.exit(0)


if __name__ == "__main__":
    print(*sorted(name for name in os.environ if name.startswith("WARDBOOK_")), flush=True)
    if os.environ["WARDBOOK_PLAN"] == "fail":
        sys.exit("the database does not exist")
    signal.signal(signal.SIGTERM, _end)
    HTTPServer(("127.0.0.1", int(os.environ["WARDBOOK_PORT"])), _Handler).serve_forever()
