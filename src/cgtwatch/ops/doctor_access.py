"""What the doctor says of who may see the pages, and of the proxies before them."""

from cgtwatch.config.settings import Settings
from cgtwatch.ops.first import reached_from_outside
from cgtwatch.store import open_store, state_of
from cgtwatch.text.hosts import is_loopback

_SET = "`cgtwatch users set-up` prints where to set the first password, `cgtwatch users add NAME --role operator --password` asks for it"


def log_in(settings: Settings) -> tuple[str, str]:
    """Whether a password is needed, and whether anybody has one."""
    people = _with_passwords(settings)
    if people:
        return f"needed everywhere; {people} with a password", ""
    if not reached_from_outside(settings):
        return "no password is set: the pages are open on this machine, and closed to everybody else", ""
    if is_loopback(settings.listen[0]):
        return "no password is set: from outside nothing is shown but public pages; on this machine all is open", _SET
    return "no password is set: nothing is shown but public pages", _SET


def proxies(settings: Settings) -> tuple[str, str]:
    """Whose word about who asks is believed."""
    if settings.trusted_proxies:
        return f"believed: {', '.join(map(str, settings.trusted_proxies))}", ""
    if settings.public_url is not None and is_loopback(settings.listen[0]):
        return "none is believed: all who come over a proxy on this machine are one client to limits of log-in and sign-up", (
            "set CGTWATCH_TRUSTED_PROXIES=127.0.0.1 where the proxy stands on this machine"
        )
    return "none is believed", ""


def _with_passwords(settings: Settings) -> int:
    if state_of(settings.database_url) != "current":
        return 0
    store = open_store(settings.database_url, readonly=True)
    try:
        return sum(one.has_password for one in store.users())
    finally:
        store.close()
