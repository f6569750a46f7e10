"""Log-ins: a signed cookie that says who, since when and until when, void as soon as its user changes or logs out."""

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from cgtwatch.app import App
from cgtwatch.model.user import Account
from cgtwatch.web.forms import is_secure

IDLE, LONGEST = timedelta(days=7), timedelta(days=30)
REFRESHED = timedelta(hours=1)  # how often the cookie learns that its user is still here
_LATER = timedelta(minutes=5)  # how far a clock may have been set back since the cookie was written
_LONGEST_COOKIE = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in on one browser. `stamp` is of the user as they were then: another role or password makes another."""

    id: str
    account: int
    began: datetime
    seen: datetime
    stamp: str

    def lives(self, now: datetime) -> bool:
        """Whether it is neither too old nor forgotten."""
        return self.began - _LATER <= now < self.began + LONGEST and now < self.seen + IDLE


class Sessions:
    """Begins, reads and ends log-ins. Safe to use from several threads."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ended = Ended(app.settings.data_dir / "sessions.ended")

    def begin(self, account: Account) -> Session:
        """A new log-in; its id was never anybody's before (no fixation)."""
        now = self._app.clock()
        return Session(secrets.token_urlsafe(16), account.id, now, now, self._stamp(account))

    def read(self, request: Request) -> tuple[Session, Account] | None:
        """The log-in that a request brings; None where it brings none that is good."""
        text = request.cookies.get(self.cookie(request), "")
        found = self._parsed(text) if text and len(text) <= _LONGEST_COOKIE else None
        if found is None or not found.lives(self._app.clock()) or found.id in self._ended:
            return None
        account = self._app.store.account(found.account)
        if account is None or account.password is None or not hmac.compare_digest(found.stamp, self._stamp(account)):
            return None
        return found, account

    def end(self, session: str) -> None:
        """That log-in is void from now on, whoever kept a copy of its cookie."""
        now = self._app.clock()
        self._ended.add(session, now, now + LONGEST)

    def refreshed(self, session: Session) -> Session | None:
        """The log-in with the present time, where its cookie is to be written anew."""
        now = self._app.clock()
        return replace(session, seen=now) if now - session.seen >= REFRESHED else None

    # --- cookies

    def cookie(self, request: Request) -> str:
        """The cookie's name; over https one that no other host and no page without encryption can set (RFC 6265bis 4.1.3.2)."""
        return "__Host-cgtwatch" if self._secure(request) else "cgtwatch"

    def put(self, request: Request, response: Response, session: Session) -> None:
        """Let the browser bring the log-in with each request to us, and no page or script read it."""
        left = int((session.began + LONGEST - self._app.clock()).total_seconds())
        secure, value = self._secure(request), self._written(session)
        response.set_cookie(
            self.cookie(request), value, max_age=max(0, left), path="/", httponly=True, samesite="lax", secure=secure
        )

    def drop(self, request: Request, response: Response) -> None:
        """Let the browser forget it."""
        secure = self._secure(request)
        response.delete_cookie(self.cookie(request), path="/", httponly=True, samesite="lax", secure=secure)

    def csrf(self, session: str) -> str:
        """What forms of that log-in bring back; of nobody's log-in (empty), those of whoever sits at this machine."""
        return self._mac(f"csrf {session}")

    def _secure(self, request: Request) -> bool:
        return is_secure(request, self._app.settings.public_url)

    def _written(self, one: Session) -> str:
        return str(self._signer.dumps([one.id, one.account, one.began.timestamp(), one.seen.timestamp(), one.stamp]))

    def _parsed(self, text: str) -> Session | None:
        try:
            given = self._signer.loads(text)
            session, account, began, seen, stamp = given
            return Session(session, account, datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(seen, UTC), stamp)
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            return None

    @property
    def _signer(self) -> URLSafeSerializer:
        key = hmac.digest(self._app.secret_key, b"session", "sha256")
        return URLSafeSerializer(
            key, salt=b"cgtwatch session", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def _stamp(self, account: Account) -> str:
        since = account.sessions_from.isoformat() if account.sessions_from else ""
        return self._mac(f"user {account.id} {account.role} {since}")[:22]

    def _mac(self, text: str) -> str:
        return hmac.digest(self._app.secret_key, text.encode(), "sha256").hex()


class Ended:
    """The log-ins that were ended before their time, kept in a file so that a restart brings none of them back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._until: dict[str, datetime] | None = None

    def __contains__(self, session: str) -> bool:
        with self._guard:
            return session in self._known()

    def add(self, session: str, now: datetime, until: datetime) -> None:
        """Remember `session` until it would have ended by itself."""
        with self._guard:
            self._until = {one: end for one, end in self._known().items() if end > now} | {session: until}
            try:
                self._write(self._until)
            except OSError as error:  # it stays ended as long as this process lives
                _log.warning("log-out could not be written: %s", error.strerror)

    def _known(self) -> dict[str, datetime]:
        if self._until is None:
            self._until = _read(self._path)
        return self._until

    def _write(self, until: Mapping[str, datetime]) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_text("".join(f"{one} {end.isoformat()}\n" for one, end in until.items()), encoding="ascii")
        draft.chmod(0o600)
        draft.replace(self._path)


def _read(path: Path) -> dict[str, datetime]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        pairs = [line.split(" ") for line in lines if line.count(" ") == 1]
        return {one: datetime.fromisoformat(end) for one, end in pairs}
    except (OSError, ValueError):
        return {}
