"""The address at which the first password is chosen: whoever has it becomes operator, so it is signed and short-lived."""

from datetime import datetime, timedelta

from cgtwatch.app import App
from cgtwatch.config.settings import Settings
from cgtwatch.deliver.tokens import read, sign
from cgtwatch.text.hosts import is_loopback

PURPOSE, _SUBJECT = "setup", "first"
LIVES = timedelta(days=1)


def set_up_address(app: App) -> str:
    """The address, good for a day from now and until a password is set."""
    return f"{app.settings.home}/setup/{sign(app.secret_key, PURPOSE, _SUBJECT, app.clock() + LIVES)}"


def is_set_up_token(secret_key: bytes, token: str, now: datetime) -> bool:
    """Whether `token` stood in such an address, and not too long ago."""
    return read(secret_key, PURPOSE, token, now) == _SUBJECT


def reached_from_outside(settings: Settings) -> bool:
    """Whether others than people on this machine can ask for a page, as far as the settings say."""
    return settings.public_url is not None or not is_loopback(settings.listen[0])
