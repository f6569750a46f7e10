"""Which addresses may be connected to: public ones, and what the operator allows."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from cgtwatch.net.request import IPNetwork

IPAddress = IPv4Address | IPv6Address

# What `is_global` of the standard library lets through in one or another version of Python, and nobody publishes on
# (IANA special-purpose address registries; multicast is "global" there).
NEVER_PUBLIC = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
        "ff00::/8",
    )
)
NAT64 = ip_network("64:ff9b::/96")
IPV4_COMPATIBLE = ip_network("::/96")


def refusal(address: str, allowed: Sequence[IPNetwork] = ()) -> str | None:
    """Why `address` (as the resolver wrote it) may not be connected to; None where it may.

    An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, NAT64) is judged too: both must be public or allowed.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is no address"
    if any(_within(form, allowed) for form in _forms(ip)):
        return None
    for form in _forms(ip):
        if _within(form, NEVER_PUBLIC) or not form.is_global:
            inside = "" if form == ip else f" ({form} inside {ip})"
            return f"{form} is not a public address{inside}"
    return None


def _forms(ip: IPAddress) -> Iterator[IPAddress]:
    """The addresses that packets to `ip` may end up at; the outer one only where it has a meaning of its own."""
    inner: IPv4Address | None = None
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and (ip in NAT64 or (ip in IPV4_COMPATIBLE and int(ip) > 1)):
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    yield ip if inner is None else inner


def _within(ip: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(ip in net for net in networks)
