"""Runs the hostile peer (first argument) with its HTTP and TLS listeners on further loopback addresses (second, with commas)."""

import importlib.util
import sys
from ipaddress import ip_address


def main(path: str, addresses: str, *arguments: str) -> None:
    """As the peer itself, but each port answers on `addresses` too, so that its faults can be on different hosts."""
    spec = importlib.util.spec_from_file_location("hostile", path)
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    further = [one for one in addresses.split(",") if one and ip_address(one).is_loopback]
    serve = peer.serve

    def everywhere(name, port, handler, addr="127.0.0.1"):
        first = serve(name, port, handler, addr)
        if addr == "127.0.0.1" and issubclass(handler, peer.H):
            for other in further:
                serve(name, first.server_address[1], handler, other)
        return first

    peer.serve = everywhere
    sys.argv = [path, *arguments]
    peer.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
