"""A webhook receiver that checks signatures, as an engineer's would (Standard Webhooks 1.0)."""

import base64
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class DemoReceiver:
    """Takes posts on loopback; `received` holds (id, signature is right, body)."""

    def __init__(self) -> None:
        self.secret = ""
        self.received: list[tuple[str, bool, dict[str, Any]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, name="demo-receiver", daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                name, at, given = (self.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
                key = base64.b64decode(receiver.secret.removeprefix("whsec_"))
                signed = hmac.digest(key, f"{name}.{at}.".encode() + body, "sha256")
                right = base64.b64encode(signed).decode()
                genuine = any(hmac.compare_digest(one, f"v1,{right}") for one in given.split())
                receiver.received.append((name, genuine, json.loads(body)))
                self.send_response(204 if genuine else 401)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the demo says what happens itself."""

        return Handler
