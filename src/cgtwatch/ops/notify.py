"""Tell the service manager how we are (sd_notify: READY, STOPPING, STATUS, WATCHDOG)."""

import socket


def notify(address: str | None, message: str) -> bool:
    """Send `message` to the manager's socket at `address` (systemd's NOTIFY_SOCKET); False where there is none or it fails."""
    if not address:
        return False
    path = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(path)
            channel.sendall(message.encode())
    except OSError:
        return False
    return True
