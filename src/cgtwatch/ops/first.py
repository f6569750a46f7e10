"""The address at which the first password is chosen: whoever has it becomes operator, so it is signed and short-lived."""

from datetime import datetime, timedelta
from ipaddress import ip_address

from cgtwatch.app import App
from cgtwatch.config.settings import Settings
from cgtwatch.deliver.tokens import read, sign

PURPOSE, _SUBJECT = "setup", "first"
LIVES = timedelta(days=1)


def set_up_address(app: App) -> str:
    """The address, good for a day from now and until a password is set."""
    return f"{_base(app.settings)}/setup/{sign(app.secret_key, PURPOSE, _SUBJECT, app.clock() + LIVES)}"


def is_set_up_token(secret_key: bytes, token: str, now: datetime) -> bool:
    """Whether `token` stood in such an address, and not too long ago."""
    return read(secret_key, PURPOSE, token, now) == _SUBJECT


def reached_from_outside(settings: Settings) -> bool:
    """Whether others than people on this machine can ask for a page, as far as the settings say."""
    return settings.public_url is not None or not is_loopback(settings.listen[0])


def is_loopback(host: str) -> bool:
    """Whether that is this machine's own address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base(settings: Settings) -> str:
    host, port = settings.listen
    if settings.public_url is not None:
        return settings.public_url
    try:
        every = ip_address(host).is_unspecified
    except ValueError:
        every = False
    host = "127.0.0.1" if every else host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
