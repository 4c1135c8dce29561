"""What the servers of tests share: they answer in threads on a port of this machine, and print nothing."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class QuietServer(ThreadingHTTPServer):
    """A server that prints nothing about clients that went away."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: the test looks at what the client says."""


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address below which a handler answers."""
    with QuietServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
