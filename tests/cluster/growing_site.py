"""Invented offices on many loopback addresses whose feeds grow, and a receiver of webhooks; a program of its own, so that the processes
under test share nothing with it.

`python growing_site.py OFFICES HOSTS` prints a line of JSON with its two ports, then serves until it is killed. The control port
knows `/freeze` (nothing new by itself from now on), `/publish` (six new items now), `/taken`, and takes webhooks at `/hook/NAME`.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from typing import Any

NEW_EVERY = 0.7  # seconds between two new items, at any office
SHOWN = 30  # items of a feed
TAKES = 0.02  # seconds for an answer
TITLE = "关于细胞治疗产品第{number}号临床试验申请受理的公告（{office}）"


def hosts_of(count: int) -> list[str]:
    """The addresses of that many hosts."""
    return [f"127.77.{number // 200}.{1 + number % 200}" for number in range(count)]


class Site:
    """What is published, who asks, and what was taken."""

    def __init__(self, offices: int, hosts: int) -> None:
        self.hosts = hosts_of(hosts)
        self.items: list[list[int]] = [[0] for _ in range(offices)]
        self.published = offices
        self.frozen_at: float | None = None
        self.busy: Counter[str] = Counter()
        self.overlaps: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        self.taken: list[tuple[str, str, list[str]]] = []
        self.port = self.control = 0

    async def run(self) -> None:
        """Serve for ever."""
        first = await asyncio.start_server(self._feeds, self.hosts[0], 0)
        self.port = first.sockets[0].getsockname()[1]
        await asyncio.start_server(self._feeds, self.hosts[1:], self.port)
        control = await asyncio.start_server(self._control, "127.0.0.1", 0)
        self.control = control.sockets[0].getsockname()[1]
        sys.stdout.write(json.dumps({"port": self.port, "control": self.control}) + "\n")
        sys.stdout.flush()
        while True:
            await asyncio.sleep(NEW_EVERY)
            if self.frozen_at is None:
                self._publish(random.choice(self.items))

    def _publish(self, items: list[int]) -> None:
        self.published += 1
        items.append(self.published)

    async def _feeds(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                self.busy[host] += 1
                self.overlaps[host] += self.busy[host] > 1
                await asyncio.sleep(TAKES)
                self.busy[host] -= 1
                writer.write(self._feed(host, head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _feed(self, host: str, head: str) -> bytes:
        office = int(head.split(" ")[1].rpartition("-")[2])
        items = self.items[office]
        etag = f'"{office}-{len(items)}"'
        if etag in head:
            self.answers[304] += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        self.answers[200] += 1
        rows = "".join(
            f"<item><title>{TITLE.format(number=number, office=office)}</title><guid>{office}-{number}</guid>"
            f"<link>http://{host}:{self.port}/{office}-{number}</link></item>"
            for number in reversed(items[-SHOWN:])
        )
        page = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{office}</title>{rows}</channel></rss>'.encode()
        kind = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(page)}\r\n\r\n"
        return kind.encode() + page

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head.split("\r\n")}
            body = await reader.readexactly(int(fields.get("content-length") or 0))
            answer = json.dumps(self._told(head.split(" ")[1], fields, body)).encode()
            writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _told(self, path: str, fields: dict[str, str], body: bytes) -> dict[str, Any]:
        if path.startswith("/hook/"):
            told = json.loads(body)
            events = [f"{one['id']} {one.get('announcement', '')}" for one in told["data"].get("events", ())]
            self.taken.append((path.removeprefix("/hook/"), fields["webhook-id"], events))
            return {}
        if path == "/publish":
            for items in self.items[:6]:
                self._publish(items)
        if path == "/freeze":
            self.frozen_at = self.frozen_at or time.time()
        return {
            "published": self.published,
            "frozen_at": self.frozen_at,
            "overlaps": {host: count for host, count in self.overlaps.items() if count},
            "answers": dict(self.answers),
            "taken": self.taken if path == "/taken" else len(self.taken),
        }


if __name__ == "__main__":
    asyncio.run(Site(int(sys.argv[1]), int(sys.argv[2])).run())
