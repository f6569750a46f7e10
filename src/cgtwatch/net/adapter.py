"""The seam to requests: one adapter with shared SSL contexts, pools as wide as the hosts, and guarded connections."""

import resource
import ssl
import threading
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from cgtwatch.model.fetch import ErrorClass
from cgtwatch.net.connection import guard
from cgtwatch.net.trouble import Trouble, read, reason

MOST_HOSTS = 256  # pools kept
WIDTH = 16  # idle connections kept per host


class Contexts:
    """One SSL context for each way of checking certificates, made on first use.

    Making one reads the whole CA bundle (24 ms of CPU), which requests does for every connection. They are never changed
    after: a source with `verify: false` has its own, so it cannot spoil the others'.
    """

    def __init__(self, ca_file: str | None) -> None:
        self._ca_file = ca_file
        self._lock = threading.Lock()
        self._made: dict[tuple[bool | str, int], ssl.SSLContext] = {}

    def get(self, verify: bool | str) -> ssl.SSLContext:
        """The context for a source's `verify`; raises `Trouble` (tls) where its bundle cannot be read."""
        try:
            key = (verify, Path(verify).stat().st_mtime_ns if isinstance(verify, str) else 0)
            with self._lock:
                if key not in self._made:
                    self._made[key] = self._make(verify)
                return self._made[key]
        except (OSError, ssl.SSLError) as e:
            named = verify if isinstance(verify, str) else self._ca_file
            hint = "name a readable file of certificates in PEM form"
            raise Trouble(ErrorClass.TLS, f"the CA bundle {named} cannot be used: {reason(e)}", hint) from e

    def _make(self, verify: bool | str) -> ssl.SSLContext:
        if verify is False:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        if isinstance(verify, str) and Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        return ssl.create_default_context(cafile=verify if isinstance(verify, str) else self._ca_file or certifi.where())


class GuardedAdapter(HTTPAdapter):
    """requests' adapter; used without a `Session`.

    A `Session` reads and unpacks the body of a redirect that it is told not to follow, looks into the environment, and keeps
    one jar of cookies for all sources.
    """

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._proxies = threading.Lock()
        # Idle connections hold file descriptors: a quarter of what the process may open, the rest is for work.
        open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        hosts = MOST_HOSTS if open_files == resource.RLIM_INFINITY else max(8, min(MOST_HOSTS, open_files // 4))
        super().__init__(pool_connections=hosts, pool_maxsize=WIDTH)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Make the pools; the SSL context is part of a pool's key, see `build_connection_pool_key_attributes`."""
        super().init_poolmanager(*args, **kwargs)
        guard(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:  # noqa: ANN401
        """The pools behind a proxy."""
        with self._proxies:
            return guard(super().proxy_manager_for(proxy, ssl_context=self._contexts.get(True), **kwargs))

    def build_connection_pool_key_attributes(  # type: ignore[override]
        self, request: PreparedRequest, verify: bool | str, _cert: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Origin and SSL context: sources that check certificates differently never share a connection."""
        parts = urlsplit(str(request.url))
        where: dict[str, Any] = {"scheme": parts.scheme, "host": parts.hostname, "port": parts.port}
        return where, {"ssl_context": self._contexts.get(verify)} if parts.scheme == "https" else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ANN401
        """Nothing: requests would write `verify` into the pool, where the next source would find it."""


def prepare(method: str, url: str, headers: dict[str, str], body: bytes | None) -> PreparedRequest:
    """A request as requests sends it: host in IDNA, path percent-encoded. Raises `Trouble` (refused) for what cannot be one."""
    request = PreparedRequest()
    request.method = method
    try:
        request.prepare_url(url, None)
    except (RequestException, UnicodeError, ValueError) as e:
        raise Trouble(ErrorClass.REFUSED, f"no address that can be asked: {reason(e)}") from e
    request.headers = CaseInsensitiveDict(headers)
    request.body = body
    if body is not None or method in ("POST", "PUT", "PATCH"):
        request.headers["Content-Length"] = str(len(body or b""))
    return request


def send(adapter: HTTPAdapter, request: PreparedRequest, silence: float, verify: bool | str, proxy: str | None) -> Response:
    """Ask and read the head of the answer, nothing of its body. `silence` bounds each wait, in seconds. Raises `Trouble`."""
    proxies = {"http": proxy, "https": proxy} if proxy else {}
    try:
        return adapter.send(request, stream=True, timeout=(silence, silence), verify=verify, proxies=proxies)
    except (RequestException, HTTPError, HTTPException, OSError, ValueError) as e:
        raise read(e) from e
