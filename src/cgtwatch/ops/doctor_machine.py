"""What the doctor says of the machine: clock, time zone data, room, permissions, keys, names of hosts."""

import ctypes
import os
import re
import socket
import stat
import zoneinfo
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cgtwatch.app import App
from cgtwatch.config.settings import Settings
from cgtwatch.model.item import SourceState
from cgtwatch.store import open_store, state_of

LEAST_FREE = 200 << 20  # bytes; a day of raw pages of some 80 sources is a tenth of that
LEAST_FILES = 10_000  # that may still be made: each raw page is one
BORN = datetime(2026, 1, 1, tzinfo=UTC)  # no clock that is right says an earlier time
APART = timedelta(minutes=10)  # by which servers' own dates may lie ahead of us
OLD_ZONES = 2  # years; governments change their clocks every year somewhere
_FEW, _TIME_ERROR = 3, 5
_NAMES, _PATIENCE = 3, 5.0  # hosts that are looked up, and seconds for all of them
_ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York")


def clock(settings: Settings, now: datetime | None = None) -> tuple[str, str]:
    """Whether the time can be right, by what is stored of visits; nobody is asked over the network for it."""
    now = now or datetime.now(UTC)
    mend = "set the clock and keep it in step: `timedatectl set-ntp true`, or a time server of yours (chrony, systemd-timesyncd)"
    if now < BORN:
        return f"it is {now:%Y-%m-%d} here, which cannot be", mend
    states = _states(settings)
    last = max((one.last_visit for one in states if one.last_visit), default=None)
    if last is not None and last > now + APART:
        return (
            f"the last visit was made at {last:%Y-%m-%d %H:%M} UTC, and now it is {now:%Y-%m-%d %H:%M}: the clock was set back",
            mend,
        )
    ahead = [one for one in states if (at := _modified(one)) is not None and at > now + APART]
    dated = sum(_modified(one) is not None for one in states)
    if len(ahead) >= _FEW and 2 * len(ahead) > dated:
        return f"{len(ahead)} of {dated} servers date their pages later than now: this clock is behind", mend
    if _synchronized() is False:
        return f"{now:%Y-%m-%d %H:%M} UTC, plausible; no time server keeps it in step, as far as the kernel knows", ""
    return f"{now:%Y-%m-%d %H:%M} UTC, plausible by what servers said at the last visits", ""


def zones(settings: Settings, now: datetime | None = None) -> tuple[str, str]:
    """Whether the time zones in use are known, where their rules come from, and how old those are."""
    mend = "install the package tzdata (`pip install --upgrade tzdata`, or the system's)"
    with App(settings, readonly=True) as app:
        used = {one.timezone for one in app.read_sources().sources}
    missing = [name for name in sorted({*used, *_ZONES}) if not _known(name)]
    if missing:
        return f"no rules for {', '.join(missing[:5])}", mend
    where, release = _release()
    if re.match(r"\d{4}", release) and int(release[:4]) < (now or datetime.now(UTC)).year - OLD_ZONES:
        return f"rules of {release} ({where}), which are old", mend
    return f"rules of {release} ({where}) for {len({*used, *_ZONES})} zones", ""


def disk(settings: Settings) -> tuple[str, str]:
    """Bytes and files that there is room for."""
    place = existing(settings.data_dir)
    left = os.statvfs(place)
    free = left.f_bavail * left.f_frsize
    told = f"{free >> 20} MiB free"
    if free < LEAST_FREE:
        return told, "make room: raw pages and the database grow; CGTWATCH_RETENTION_RAW_DAYS says for how long pages are kept"
    if left.f_files and left.f_favail < LEAST_FILES:
        return f"{told}, but for {left.f_favail} files", "make room for files (inodes): each raw page is one"
    return told, ""


def permissions(settings: Settings) -> tuple[str, str]:
    """Whether all of the data directory can be read and written by us, and by nobody else."""
    place = existing(settings.data_dir)
    if not os.access(place, os.W_OK | os.X_OK):
        return str(settings.data_dir), f"make {place} writable, or set CGTWATCH_DATA_DIR"
    inside = [path for path in _inside(settings.data_dir) if not os.access(path, os.R_OK | os.W_OK)]
    if inside:
        return (
            f"{inside[0]} cannot be read or written by this user",
            f"give it to the user that cgtwatch runs as: `chown -R USER {settings.data_dir}`",
        )
    passable = _mode(place) & 0o011
    opened = [path for path in _private(settings.data_dir) if passable and _mode(path) & 0o077]
    if opened:
        return (
            f"{opened[0]} is open to others on this machine (mode {_mode(opened[0]):o}); it holds readers' addresses",
            f"`chmod -R go= {settings.data_dir}`",
        )
    return f"{settings.data_dir}, for this user alone", ""


def secret_key(settings: Settings) -> tuple[str, str]:
    """Where the key of links and webhooks comes from, and who can read it."""
    if settings.secret_key is not None:
        return "from CGTWATCH_SECRET_KEY", ""
    path = settings.data_dir / "secret.key"
    if not path.exists():
        return "made at the first start", ""
    if _mode(path) & 0o077:
        return (
            f"{path} can be read by others (mode {_mode(path):o})",
            f"`chmod 600 {path}`; who read it can forge links: then take another key",
        )
    if path.stat().st_size < 32:
        return (
            f"{path} is too short to be a key",
            "stop the service and remove the file: another is made, and links in old messages end",
        )
    return f"{path}, mode 600; copy it with the database", ""


def names(settings: Settings) -> tuple[str, str]:
    """Whether hosts of sources that were visited before are found by name now."""
    visited = {one.source for one in _states(settings) if one.last_visit}
    with App(settings, readonly=True) as app:
        hosts = [urlsplit(one.url).hostname or "" for one in app.read_sources().sources if one.enabled and one.id in visited]
    asked = list(dict.fromkeys(host for host in hosts if host and not _is_address(host)))[:_NAMES]
    if not asked:
        return "not asked: no source with a host name was visited yet", ""
    failed = _lookups(asked)
    if len(failed) == len(asked):
        mend = "check /etc/resolv.conf, the network, and whether a firewall lets names be asked for (port 53)"
        return f"none of {', '.join(asked)} is found: {failed[asked[0]]}", mend
    lost = f"; not {', '.join(failed)}, whose source says more" if failed else ""
    return f"{', '.join(host for host in asked if host not in failed)} found{lost}", ""


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _states(settings: Settings) -> list[SourceState]:
    if state_of(settings.database_url) != "current":
        return []
    store = open_store(settings.database_url, readonly=True)
    try:
        return [*store.states().values()]
    finally:
        store.close()


def _modified(state: SourceState) -> datetime | None:
    with suppress(ValueError, TypeError):
        found = parsedate_to_datetime(state.validators.last_modified or "")
        return found if found.tzinfo else None
    return None


def _synchronized() -> bool | None:
    """What the kernel knows (adjtimex(2), which reads where its modes are 0); None where it cannot be asked."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _release() -> tuple[str, str]:
    """Where the rules come from that Python takes, and their release."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / _ZONES[0]).exists():
            for name, form in (("tzdata.zi", r"# version (\S+)"), ("+VERSION", r"(\S+)")):
                with suppress(OSError), (Path(folder) / name).open(encoding="utf-8") as file:
                    if found := re.match(form, file.readline()):
                        return "the system's", found[1]
            return "the system's", "an unknown year"
    with suppress(PackageNotFoundError):
        return "the package tzdata", version("tzdata")
    return "unknown", "an unknown year"


def _inside(root: Path) -> Iterable[Path]:
    return [
        path for path in (*_private(root), root / "archive", root / "mailbox", root / "backup", root / "inbox") if path.exists()
    ]


def _private(root: Path) -> Sequence[Path]:
    return [path for name in ("cgtwatch.db", "cgtwatch.db-wal", "cgtwatch.db-shm") if (path := root / name).exists()]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _lookups(hosts: Sequence[str]) -> dict[str, str]:
    """Those that were not found, with why; asked side by side."""
    pool = ThreadPoolExecutor(len(hosts), thread_name_prefix="names")
    asked = {host: pool.submit(socket.getaddrinfo, host, 443) for host in hosts}
    failed = {}
    for host, future in asked.items():
        try:
            future.result(_PATIENCE)
        except OSError as error:
            failed[host] = error.strerror or str(error)
        except Late:
            failed[host] = f"no answer in {_PATIENCE:g} s"
    pool.shutdown(wait=False, cancel_futures=True)
    return failed
