"""A guarded way out that may reach loopback, and a certificate to serve with."""

import ssl

import pytest

from cgtwatch.net.request import NetPolicy
from cgtwatch.net.session import Net
from exchanges import PEM
from loopback import LOOPBACK


@pytest.fixture
def net():
    made = Net(NetPolicy(LOOPBACK, "cgtwatch/test"))
    yield made
    made.close()


@pytest.fixture
def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context
