"""A mail server, or a mailbox, that tells everybody the password it was given."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def parrot(greeting: str, password: str) -> Iterator[int]:
    """A server of lines that refuses every log-in with the words that it got, and with the password; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(peer: socket.socket) -> None:
        with suppress(OSError), peer, peer.makefile("rwb") as lines:
            lines.write(greeting.encode() + b"\r\n")
            lines.flush()
            for line in lines:
                lines.write(_refused(line.decode(errors="replace").strip(), greeting, password))
                lines.flush()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.close()


def _refused(line: str, greeting: str, password: str) -> bytes:
    tag, _, word = line.partition(" ")
    if greeting.startswith("220"):
        hello = "250-parrot\r\n250 AUTH PLAIN LOGIN\r\n"
        return (hello if tag.upper() == "EHLO" else f"535 {password} is wrong, you said {line}\r\n").encode()
    hello = f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"
    return (hello if word.upper().startswith("CAPABILITY") else f"{tag} NO {password} is wrong, you said {word}\r\n").encode()
