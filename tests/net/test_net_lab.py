"""The guard fully on, in a network where forbidden addresses answer: nothing forbidden is ever reached."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared import SHARED, needs_shared

ABLE = os.geteuid() == 0 and shutil.which("ip") is not None and shutil.which("unshare") is not None
pytestmark = [
    pytest.mark.privileged,
    pytest.mark.recorded,
    needs_shared,
    pytest.mark.skipif(not ABLE, reason="the network laboratory needs root, unshare and iproute2"),
]

ROOT = Path(__file__).resolve().parents[2]
PORT = "8931"
PUBLIC = ["also-93.184.216.34:80"]  # what names lead to; every other address is forbidden
PUBLIC_6 = "also-[2606:2800:220:1::34]:80"
INSIDE = ["127.0.0.1:80", "169.254.169.254:80", "10.0.0.1:80", "100.64.0.1:80"]
START = """
{python} {kit}/dns.py > /dev/null &
dns=$!
{python} {kit}/peer.py --http {port} --no-tls --log /dev/null --also 93.184.216.34:80 --also [2606:2800:220:1::34]:80 {also} > {ready} &
peer=$!
trap 'kill $dns $peer' EXIT
until [ -s {ready} ]; do sleep 0.1; done
{python} {visit} {port} 2 {paths}
"""

REDIRECTS = [
    "file", "metadata", "metadata-v6", "loopback", "localhost", "v6-loopback", "v4mapped", "decimal", "hex", "octal", "short",
    "zero", "rfc1918", "cgnat", "backslash", "userinfo", "idn-dot", "scheme-relative", "ftp", "gopher", "data", "javascript",
    "unix", "other-origin", "scheme-port",
]  # fmt: skip
NAMES = {
    "public.test": "answer", "public2.test": "connect", "dual.test": "answer", "first-dead.test": "answer", "dead.test": "connect",
    "loop.test": "refused", "private.test": "refused", "metadata.test": "refused", "cgnat.test": "refused", "zero.test": "refused",
    "v6loop.test": "refused", "v6map.test": "refused", "nat64.test": "refused", "metadata6.test": "refused", "mixed.test": "refused",
    "nx.test": "dns", "servfail.test": "dns", "refused.test": "dns", "nodata.test": "dns", "cnameloop.test": "dns",
    "timeout.test": "dns", "truncate.test": "dns", "slow.test": "dns", "flaky.test": "dns", "v6only.test": "answer", "many.test": "connect",
    "10-0-0-1.ip.test": "refused",
}  # fmt: skip


def visit_all(tmp_path, paths):
    """What became of each path, and the listeners of the peer that anything reached."""
    script = START.format(
        python=sys.executable,
        kit=SHARED / "hostile",
        port=PORT,
        also=" ".join(f"--also {address}" for address in INSIDE),
        ready=tmp_path / "ready",
        visit=Path(__file__).with_name("lab_visit.py"),
        paths=" ".join(f"'{path}'" for path in paths),
    )
    command = [str(SHARED / "hostile" / "netlab.sh"), "bash", "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert rows, done.stderr
    assert "reached" in rows[-1], done.stderr
    return {row["path"]: row for row in rows[:-1]}, rows[-1]["reached"]


@pytest.mark.promise("P10")
@pytest.mark.fault("S4")
def test_no_redirect_leads_inside(tmp_path):
    seen, reached = visit_all(tmp_path, [f"redirect-{name}" for name in REDIRECTS])
    assert {row["word"] for row in seen.values()} == {"refused"}
    assert reached == PUBLIC


@pytest.mark.promise("P10")
@pytest.mark.fault("N9", "N10", "S5")
def test_no_name_leads_inside_and_each_ends_in_its_class(tmp_path):
    seen, reached = visit_all(
        tmp_path, [f"http://{name}/canary" if NAMES[name] == "refused" else f"http://{name}/ok" for name in NAMES]
    )
    words = {path.split("/")[2]: row["word"] for path, row in seen.items()}
    assert words == NAMES
    assert set(reached) == {*PUBLIC, PUBLIC_6}


@pytest.mark.promise("P10")
@pytest.mark.fault("S5")
def test_a_name_that_changes_its_answer_never_leads_inside(tmp_path):
    paths = [f"http://{name}.test/ok?{n}" for name in ("rebind", "rebind2", "toggle") for n in range(4)]
    seen, reached = visit_all(tmp_path, paths)
    assert {row["word"] for row in seen.values()} == {"answer", "refused"}
    assert reached == PUBLIC


@pytest.mark.fault("N9")
def test_a_name_server_that_fails_now_and_then_costs_that_visit_alone(tmp_path):
    seen, _ = visit_all(tmp_path, [f"http://{name}.test/ok?{n}" for n in range(3) for name in ("flaky", "public")])
    assert {row["word"] for path, row in seen.items() if "public" in path} == {"answer"}
    assert [seen[f"http://flaky.test/ok?{n}"]["word"] for n in (0, 2)] == ["dns", "answer"]
    assert max(row["seconds"] for row in seen.values()) < 3
