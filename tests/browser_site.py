"""A regulator's site on loopback that only a browser can read, with every mean thing that a page can do to one."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from loopback import Asked, Site, Slowly, reply

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ROWS = [f"Guideline {n} on cell therapy" for n in range(1, 6)]
LIST = (
    "<ul>"
    + "".join(f'<li><a href="/d/{n}">{title}</a><span>2026-11-{n:02}</span></li>' for n, title in enumerate(ROWS, 1))
    + "</ul>"
)
CHALLENGE = "<html><body><script>document.cookie = 'clearance=yes; path=/'; setTimeout(() => location.reload(), 50);</script></body></html>"
STUBBORN = "<html><body><script>document.cookie = 'other=1'; window.there = location.href;</script></body></html>"
DRAWN = """<html><title>List</title><body><ul id="list"></ul><script>
fetch('/list.json').then(r => r.json()).then(rows => { document.getElementById('list').innerHTML =
  rows.map((t, n) => `<li><a href="/d/${n + 1}">${t}</a></li>`).join('') });
</script></body></html>"""
RESTLESS = f"<html><body>{LIST}<script>setInterval(() => fetch('/tick?' + Math.random()), 40);</script></body></html>"
POPUPS = f"""<html><body><script>alert('a'); confirm('b'); for (let n = 0; n < 5; n++) window.open('/popup' + n);
window.onbeforeunload = () => 'stay'; print();</script>{LIST}</body></html>"""
LOOP = "<html><body>again<script>location.href = '/loop?' + Math.random();</script></body></html>"
GREEDY = """<html><body>list<script>const all = []; setInterval(() => { for (let n = 0; n < 8; n++) {
const one = new Uint8Array(32 * 1048576); one.fill(n + 1); all.push(one); } }, 10);</script></body></html>"""
BUSY = "<html><body>list<script>setTimeout(() => { while (true) {} }, 100);</script></body></html>"
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>"


def page(body: str, status: int = 200, **headers: str) -> bytes:
    return reply(body, status, Content_Type="text/html; charset=utf-8", **headers)


def reaching(inside: int) -> str:
    """A page that tries everything it should not reach, and writes down what it could."""
    return f"""<html><body>{LIST}<pre id="got"></pre>
<iframe src="file:///etc/passwd"></iframe><iframe src="http://169.254.169.254/latest/"></iframe>
<img src="/picture.png"><link rel="stylesheet" href="/look.css"><script src="http://third.test:{inside}/third.js"></script>
<style>@font-face {{ font-family: x; src: url(/font.woff2); }} body {{ font-family: x }}</style>
<script>
const got = document.getElementById('got');
const note = name => () => {{ got.textContent += name + ' ' }};
fetch('http://169.254.169.254/latest/meta-data/', {{mode: 'no-cors'}}).then(note('METADATA'), () => 0);
fetch('http://10.0.0.1/', {{mode: 'no-cors'}}).then(note('PRIVATE'), () => 0);
fetch('file:///etc/passwd').then(note('FILE'), () => 0);
fetch('http://third.test:{inside}/x', {{mode: 'no-cors'}}).then(note('THIRD'), () => 0);
fetch('/away', {{mode: 'no-cors'}}).then(note('REDIRECTED'), () => 0);
for (const there of ['ws://third.test:{inside}/w', 'ws://169.254.169.254/w']) {{ const s = new WebSocket(there); s.onopen = note('SOCKET'); }}
navigator.serviceWorker && navigator.serviceWorker.register('/sw.js').then(note('WORKER'), () => 0);
const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{inside}'}}]}});
peer.createDataChannel('x');
peer.createOffer().then(offer => peer.setLocalDescription(offer));
</script></body></html>"""


class RegulatorsSite:
    """What stands at each address of `site.test`; `third` is another site's server."""

    def __init__(self) -> None:
        self.third = Site(lambda asked: page("third"))
        self.site = Site(self.answer)
        self.rows = list(ROWS)
        self.extra = ""

    def __enter__(self) -> "RegulatorsSite":
        return self

    def __exit__(self, *_: object) -> None:
        self.site.__exit__()
        self.third.__exit__()

    def url(self, path: str) -> str:
        return self.site.url(path, "www.site.test")

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.site.asked if one.target.partition("?")[0] == path]

    def answer(self, asked: Asked) -> bytes | Slowly:
        path = asked.target.partition("?")[0]
        cookie = asked.headers.get("cookie", "")
        cleared = "clearance=yes" in cookie
        if path.startswith("/wall-"):
            return page(f"<html><body>{LIST}</body></html>") if cleared else page(CHALLENGE, int(path.removeprefix("/wall-")))
        if path == "/api" and cleared:
            echo = {"method": asked.method, "body": asked.body.decode(), "rows": self.rows}
            return reply(json.dumps(echo), Content_Type="application/json")
        if path == "/robots.txt":
            return reply("User-agent: *\nDisallow: /forbidden", Content_Type="text/plain")
        special: Mapping[str, bytes | Slowly] = {
            "/session": reply(status=302, Location="/given", Set_Cookie="sid=7; HttpOnly; Path=/"),
            "/given": page(f"<p>sid was {cookie}</p>{LIST}"),
            "/list.json": reply(json.dumps(self.rows), Content_Type="application/json"),
            "/moved": reply(status=302, Location=self.site.url("/new-home", "new.other.test")),
            "/away": reply(status=302, Location=self.third.url("/away", "third.test")),
            "/inside": reply(status=302, Location="http://10.0.0.1/secret"),
            "/endless": Slowly(ENDLESS, b"more " * 200_000, 0.001),
            "/download": reply(b"PK" * 100, Content_Type="application/zip", Content_Disposition="attachment; filename=a.zip"),
            "/stubborn": page(STUBBORN, 412),
            "/d/notice.pdf": reply(b"%PDF-1.4", Content_Type="application/pdf") if cleared else page(CHALLENGE, 412),
        }
        return special[path] if path in special else self.plain(path)

    def plain(self, path: str) -> bytes:
        pages: Mapping[str, str] = {
            "/": CHALLENGE.replace("setTimeout(() => location.reload(), 50)", "0"),
            "/drawn": DRAWN,
            "/restless": RESTLESS,
            "/popups": POPUPS,
            "/loop": LOOP,
            "/greedy": GREEDY,
            "/busy": BUSY,
            "/reaching": reaching(self.third.port),
            "/new-home": LIST,
            "/plain": f"<html><head><script nonce='{len(self.site.asked)}'>/* {len(self.site.asked)} */</script></head>{LIST}{self.extra}</html>",
            "/d/1": "<html><title>Guideline 1</title><div class='body'>Text of the guideline.</div></html>",
        }
        return page(pages[path]) if path in pages else reply("no", 404, Content_Type="text/html")
