"""A connection for bytes that somebody else exchanges goes through the same guard."""

import socket
from datetime import timedelta
from ipaddress import ip_network

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.request import NetFailure, NetPolicy
from cgtwatch.net.session import Net

LIMIT = timedelta(seconds=2)


def test_a_dialled_connection_inside_is_refused() -> None:
    net = Net(NetPolicy())
    came = net.dial("169.254.169.254", 80, LIMIT)
    net.close()
    assert isinstance(came, NetFailure)
    assert came.error is ErrorClass.REFUSED


def test_a_dialled_connection_that_the_operator_allows_stands() -> None:
    net = Net(NetPolicy(allow_private=(ip_network("127.0.0.0/8"),)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        came = net.dial("127.0.0.1", server.getsockname()[1], LIMIT)
        assert isinstance(came, socket.socket)
        came.close()
    net.close()


def test_a_dialled_connection_through_a_proxy_leads_to_the_proxy() -> None:
    net = Net(NetPolicy())
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
        came = net.dial("site.test", 443, LIMIT, proxy)
        assert isinstance(came, socket.socket)
        came.close()
    net.close()
    assert net.closed
