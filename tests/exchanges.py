"""What the tests of exchanges share: trickling answers, names that exist nowhere, and the two kinds of outcome."""

import socket
from datetime import timedelta
from pathlib import Path

from cgtwatch.net.request import NetAnswer, NetFailure
from cgtwatch.net.resolve import Endpoint, Resolver
from loopback import Slowly

PEM = str(Path(__file__).parent / "net" / "loopback.pem")  # certificate and key of 127.0.0.1, localhost, site.test
SHORT = timedelta(seconds=0.6)

SLOW = {
    "headers": Slowly(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
    "body": Slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"),
    "body without length": Slowly(b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    "chunks": Slowly(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "continue": Slowly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 9),
    "silence": Slowly(b"", b""),
    "redirect": Slowly(b"HTTP/1.1 302 Found\r\nLocation: /", b"a"),
}


def failure(answer) -> NetFailure:
    assert isinstance(answer, NetFailure), answer
    assert answer.message
    assert answer.hint
    return answer


def answer_of(answer) -> NetAnswer:
    assert isinstance(answer, NetAnswer), answer
    return answer


def names(table):
    """A resolver for names that exist nowhere; counts how often it is asked."""
    asked = []

    def lookup(host, port):
        asked.append(host)
        if host not in table:
            raise OSError("Name or service not known")
        return [Endpoint(socket.AF_INET, address, (address, port)) for address in table[host]]

    return Resolver(lookup), asked
