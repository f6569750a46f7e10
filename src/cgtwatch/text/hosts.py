"""Whom an address belongs to: its host, server, origin and site. What is no address belongs to nobody."""

from ipaddress import ip_address
from urllib.parse import urlsplit

# Second labels that are no site of their own under a country: nmpa.gov.cn is one, gov.cn is none.
COMMON = frozenset(
    {"ac", "asn", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "lg", "mil", "ne", "net", "nhs", "or", "org", "re"}
)


def host_of(url: str) -> str:
    """The host of an address; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def server_of(url: str) -> str:
    """Host and port, without the port where it is http's or https's own: sites lead from one to the other."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    return host if port in (None, 80, 443) else f"{host}:{port}"


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port (RFC 6454); None for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None


def site_of(host: str) -> str:
    """The site that a host belongs to: its registrable domain by a rule of thumb, or the address itself.

    The public suffix list would say it exactly; for authorities' sites the few second labels in `COMMON` do.
    """
    host = host.lower().strip("[]").rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        labels = host.split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in COMMON
    return ".".join(labels[-3:] if deep else labels[-2:])


def is_loopback(host: str) -> bool:
    """Whether that is this machine's own address (RFC 1122 3.2.1.3, RFC 4291 2.5.3), or its name for itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
