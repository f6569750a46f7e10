"""A Dovecot of our own on a free port of loopback, with one mailbox that is a Maildir."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exchanges import PEM

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "s3:cr@t"  # with what a URL must escape
_ROOT = os.geteuid() == 0

_CONFIGURATION = """\
base_dir = {root}/run
state_dir = {root}/run
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{pem}
ssl_key = <{pem}
disable_plaintext_auth = no
auth_failure_delay = 0
log_path = {root}/log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 0
mail_location = maildir:{root}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Imap:
    """Where it listens, in plain text and by TLS (with the certificate of `exchanges.PEM`), and the folder `INBOX` as a Maildir."""

    port: int
    tls_port: int
    mail: Path
    owner: tuple[int, int]

    def deliver(self, name: str, raw: bytes) -> None:
        path = self.mail / "tmp" / name
        path.write_bytes(raw)
        os.chown(path, *self.owner)
        path.rename(self.mail / "new" / name)

    def flags(self) -> dict[str, str]:
        """Name → flags of every mail; one that the server has not looked at yet has none."""
        found = [path.name for folder in ("new", "cur") for path in (self.mail / folder).iterdir()]
        return {name.partition(",")[0].partition(":")[0]: name.rpartition(":2,")[2] if ":2," in name else "" for name in found}


@contextmanager
def imap_server() -> Iterator[Imap]:
    mailer = pwd.getpwnam("nobody") if _ROOT else pwd.getpwuid(os.geteuid())
    owner = (mailer.pw_uid, mailer.pw_gid)
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as also_free:
        port, tls_port = free.getsockname()[1], also_free.getsockname()[1]
    root = Path(tempfile.mkdtemp(prefix="imap"))
    try:
        root.chmod(0o755)
        for folder in (root / "mail", *(root / "mail" / name for name in ("tmp", "new", "cur"))):
            folder.mkdir()
            os.chown(folder, *owner)
        names = (
            ("dovecot", "dovecot", "dovenull") if _ROOT else (mailer.pw_name, grp.getgrgid(mailer.pw_gid).gr_name, mailer.pw_name)
        )
        (root / "conf").write_text(
            _CONFIGURATION.format(
                root=root, port=port, tls_port=tls_port, pem=PEM, password=PASSWORD, uid=owner[0], gid=owner[1],
                internal=names[0], internal_group=names[1], login=names[2],
            )
        )  # fmt: skip
        with subprocess.Popen([str(PROGRAM), "-F", "-c", str(root / "conf")], stderr=subprocess.DEVNULL) as server:
            try:
                _answers(port, root / "log")
                yield Imap(port, tls_port, root / "mail", owner)
            finally:
                server.terminate()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _answers(port: int, log: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as peer:
                if peer.recv(100).startswith(b"* OK"):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(log.read_text() if log.exists() else "no log")
