"""Only public addresses, in whatever form they are written."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.net.address import refusal

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.7",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1",
    "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "93.184.216.34",
    "1.1.1.1",
    "2606:2800:220:1::34",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2002:5db8:d822::1",
]


@pytest.mark.promise("P10")
@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_public_is_refused(address):
    assert refusal(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_let_through(address):
    assert refusal(address) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_an_allowed_network_is_let_through_in_every_form(address):
    assert refusal(address, (ip_network("127.0.0.0/8"),)) is None


def test_an_allowed_network_opens_nothing_else():
    assert refusal("10.0.0.1", (ip_network("127.0.0.0/8"),))


def test_what_is_no_address_is_refused():
    assert refusal("localhost")


@given(st.ip_addresses(v=4))
@pytest.mark.fault("S5")
def test_an_ipv4_address_is_judged_alike_bare_mapped_and_behind_nat64(address: IPv4Address):
    mapped = IPv6Address(0xFFFF_0000_0000 | int(address))
    translated = IPv6Address((0x64FF9B << 96) | int(address))
    assert (refusal(str(address)) is None) == (refusal(str(mapped)) is None) == (refusal(str(translated)) is None)


@given(st.ip_addresses())
@pytest.mark.fault("S4")
def test_nothing_the_standard_library_calls_private_gets_through(address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_reserved:
        inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        translated = address in ip_network("64:ff9b::/96") if address.version == 6 else False
        assert refusal(str(address)) or (inner is not None and inner.is_global) or translated
