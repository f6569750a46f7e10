"""Connections that check every address at the moment they dial it, and stand under the watch of their exchange."""

import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.address import refusal
from cgtwatch.net.resolve import Endpoint
from cgtwatch.net.transfer import CURRENT, Transfer
from cgtwatch.net.trouble import Trouble, reason

LOOKUP = 5.0  # seconds
CONNECT = 10.0  # seconds for all addresses of a name together; as long again for the TLS handshake
TRIED = 6  # addresses of a name


def dial(transfer: Transfer, host: str, port: int, *, guarded: bool) -> socket.socket:
    """A connected socket to the first address of `host` that answers; raises `Trouble`.

    What is checked is what is dialled: the name is not looked up again, so one that changes its answer gains nothing. A name
    with even one forbidden address is refused as a whole.
    """
    endpoints = transfer.ground.resolver.resolve(host, port, min(LOOKUP, transfer.left))
    if guarded:
        for endpoint in endpoints:
            if why := refusal(endpoint.address, transfer.ground.allowed):
                raise Trouble(ErrorClass.REFUSED, f"{host} leads inside: {why}")
    until = time.monotonic() + min(CONNECT, transfer.left)
    last: Trouble | None = None
    tried = endpoints[:TRIED]
    for n, endpoint in enumerate(tried):
        share = (until - time.monotonic()) / (len(tried) - n)  # so that a dead first address leaves time for the second
        if share <= 0:
            break
        try:
            return _open(endpoint, share)
        except TimeoutError:
            last = Trouble(ErrorClass.TIMEOUT, f"no connection to {host} port {port} in {share:.2g} s")
        except OSError as e:
            last = Trouble(ErrorClass.CONNECT, f"no connection to {host} port {port}: {reason(e)}")
    raise last or Trouble(ErrorClass.TIMEOUT, f"no time left to connect to {host}")


def _open(endpoint: Endpoint, limit: float) -> socket.socket:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(limit)
        sock.connect(endpoint.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


class GuardedHTTPConnection(HTTPConnection):
    """Plain HTTP: dials through the guard, tells its exchange what socket is in use and when the request is out."""

    def _new_conn(self) -> socket.socket:
        transfer = CURRENT.get()
        sock = dial(transfer, self._dns_host, self.port, guarded=self.proxy is None and not transfer.trusted)
        sock.settimeout(max(transfer.left, 0.001))
        transfer.hold(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Send one request."""
        transfer = CURRENT.get()
        if self.sock is not None:
            transfer.hold(self.sock)  # a connection that an earlier exchange left open
        super().request(*args, **kwargs)
        transfer.sent = True


class GuardedHTTPSConnection(HTTPSConnection):
    """The same over TLS; whatever goes wrong while shaking hands is TLS trouble, also a reset or silence."""

    def _new_conn(self) -> socket.socket:
        transfer = CURRENT.get()
        sock = dial(transfer, self._dns_host, self.port, guarded=self.proxy is None and not transfer.trusted)
        sock.settimeout(max(min(CONNECT, transfer.left), 0.001))  # ssl takes it as the limit of the whole handshake
        transfer.hold(sock)
        return sock

    def connect(self) -> None:
        """Connect and shake hands."""
        transfer = CURRENT.get()
        try:
            super().connect()
        except (OSError, ssl.SSLError, ssl.CertificateError, HTTPError) as e:
            raise _handshake(e) from e
        transfer.hold(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Send one request."""
        transfer = CURRENT.get()
        if self.sock is not None:
            transfer.hold(self.sock)
        super().request(*args, **kwargs)
        transfer.sent = True


def _handshake(error: Exception) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(ErrorClass.TLS, f"the certificate does not hold: {reason(error)}")
    if isinstance(error, TimeoutError):
        return Trouble(ErrorClass.TLS, "the TLS handshake did not end in time", "look whether the site answers in a browser")
    if "Tunnel connection failed" in str(error):
        return Trouble(ErrorClass.CONNECT, f"the proxy refused: {reason(error)}", "look at the proxy's log")
    return Trouble(ErrorClass.TLS, f"no encrypted connection: {reason(error)}")


class GuardedHTTPPool(HTTPConnectionPool):
    """Connections to one http origin."""

    ConnectionCls = GuardedHTTPConnection


class GuardedHTTPSPool(HTTPSConnectionPool):
    """Connections to one https origin under one SSL context."""

    ConnectionCls = GuardedHTTPSConnection

    def _validate_conn(self, conn: Any) -> None:  # noqa: ANN401 - urllib3's own protocol class is private
        # urllib3 would warn here about an unverified connection each time; `verify: false` is the operator's own word.
        if conn.is_closed:
            conn.connect()


POOLS: Mapping[str, type[HTTPConnectionPool]] = {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}


def guard(manager: PoolManager) -> PoolManager:
    """Make a pool manager (or proxy manager) of urllib3 dial through the guard."""
    manager.pool_classes_by_scheme = dict(POOLS)
    return manager
