"""The socket in the data directory by which a command asks the running service to do its work.

One request a connection: a JSON line `{"operation", "args"}`. Answers are JSON lines: `{"row": …}` for each result, then
`{"done": true}` or `{"error": {"kind", "message"}}`.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cgtwatch import errors

Row = dict[str, Any]
Perform = Callable[[str, Mapping[str, Any]], Iterator[Row]]

SOCKET_FILE = "control.sock"
MAX_REQUEST = 20_000_000  # bytes; a file of 100,000 subscriptions is half of it
_log = logging.getLogger(__name__)


@contextmanager
def _address(data_dir: Path) -> Iterator[str]:
    """The socket's address; through the directory's handle, since a socket address holds 108 bytes at most."""
    handle = os.open(data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_FILE}"
    finally:
        os.close(handle)


class ControlServer:
    """Answers requests on a thread of its own until closed; each connection has a thread too."""

    def __init__(self, data_dir: Path, perform: Perform) -> None:
        self._path = data_dir / SOCKET_FILE
        self._perform = perform
        self._path.unlink(missing_ok=True)  # the lock is ours, so a socket file here is a dead one's
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        with _address(data_dir) as address:
            self._socket.bind(address)
        self._path.chmod(0o600)
        self._socket.listen(8)
        self._closed = threading.Event()
        threading.Thread(target=self._serve, name="control", daemon=True).start()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError as error:
                if not self._closed.is_set():  # no file handle left, or the asker has gone already: others will come
                    _log.warning("control: a request could not be taken (%s)", error)
                    self._closed.wait(1.0)
                continue
            threading.Thread(target=self._answer, args=(connection,), name="control-request", daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:
            try:
                self._respond(stream)
            except OSError as error:  # the asker has gone; the work itself is complete or rolled back
                _log.info("control: asker left (%s)", error)

    def _respond(self, stream: Any) -> None:  # noqa: ANN401 - a socket file has no narrower type
        def say(message: Row) -> None:
            stream.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
            stream.flush()

        try:
            request = json.loads(stream.readline(MAX_REQUEST) or b"{}")
            for row in self._perform(str(request.get("operation", "")), request.get("args") or {}):
                say({"row": row})
        except errors.CgtwatchError as error:
            say({"error": {"kind": type(error).__name__, "message": str(error)}})
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - the seam: a request that breaks must be answered, and break nothing else
            _log.exception("control: request broke")
            say({"error": {"kind": "CgtwatchError", "message": f"request not understood: {type(error).__name__}: {error}"}})
        else:
            say({"done": True})

    def close(self) -> None:
        """Stop listening and remove the socket file."""
        self._closed.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)


def ask(data_dir: Path, operation: str, args: Mapping[str, Any]) -> Iterator[Row] | None:
    """The rows of the running service's answer, or None where no service listens in `data_dir`.

    Iterating raises the service's own `CgtwatchError` where the operation failed.
    """
    if not (data_dir / SOCKET_FILE).exists():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        with _address(data_dir) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        return None
    return _rows(connection, operation, args)


def _rows(connection: socket.socket, operation: str, args: Mapping[str, Any]) -> Iterator[Row]:
    with connection, connection.makefile("rwb") as stream:
        stream.write(json.dumps({"operation": operation, "args": dict(args)}, ensure_ascii=False).encode() + b"\n")
        stream.flush()
        for line in stream:
            message = json.loads(line)
            if "row" in message:
                yield message["row"]
            elif "error" in message:
                raise _error(message["error"])
            else:
                return
    raise errors.CgtwatchError("the running service stopped before the work was done; see its log")


def _error(described: Mapping[str, str]) -> errors.CgtwatchError:
    kind = getattr(errors, described["kind"], errors.CgtwatchError)
    if kind is errors.ConfigError:
        return errors.ConfigError(described["message"].split("\n"))
    made: errors.CgtwatchError = kind(described["message"])
    return made
