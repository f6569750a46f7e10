"""Which addresses may be connected to: public ones, and what the operator allows."""

from collections.abc import Sequence
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
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)
UNICAST = ip_network("2000::/3")  # all that IANA has given out of IPv6 for public use
NAT64 = ip_network("64:ff9b::/96")


def refusal(address: str, allowed: Sequence[IPNetwork] = ()) -> str | None:
    """Why `address` (as the resolver wrote it) may not be connected to; None where it may.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, NAT64) is judged by that.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is no address"
    reached = _reached(ip)
    if _within(reached, allowed):
        return None
    outside = reached.version == 6 and reached not in UNICAST
    if outside or _within(reached, NEVER_PUBLIC) or not reached.is_global:
        inside = "" if reached == ip else f" (it stands inside {ip})"
        return f"{reached} is not a public address{inside}"
    return None


def _reached(ip: IPAddress) -> IPAddress:
    """The address that packets to `ip` end up at."""
    if isinstance(ip, IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour
    if inner is None and ip in NAT64:
        inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    return inner or ip


def _within(ip: IPAddress, networks: Sequence[IPNetwork]) -> bool:
    return any(ip in net for net in networks)
