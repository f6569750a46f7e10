"""Chat rooms on loopback that hold to what their vendors publish: limits in the vendors' units, fields, signatures, rates, errors.

Written from the vendors' pages, not from our channels: each rule stands here a second time, so that a slip shows.
"""

import base64
import hashlib
import hmac
import html
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from loopback import Asked, reply

SECRET = "SECtest0123456789"
TOKEN = "123456789:AAHtest-token_0123456789"


class Refused(Exception):
    """The vendor's answer to a post that breaks a rule."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer[:300])
        self.answer = answer


def as_json(value: object, status: int = 200, **headers: str) -> bytes:
    return reply(json.dumps(value), status, Content_Type="application/json", **headers)


@dataclass
class Rooms:
    """Answers by path (`/slack`, `/feishu`, …). `now` is its clock; `taken` holds the posts of each room, in order."""

    now: datetime
    taken: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    seen: dict[str, deque] = field(default_factory=lambda: defaultdict(deque))
    barred: dict[str, datetime] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> bytes:
        room = urlsplit(asked.target).path.split("/")[1]
        room = "telegram" if room.startswith("bot") else room
        try:
            try:
                post = json.loads(asked.body)
            except ValueError:
                raise Refused(reply("bad json", 400)) from None
            answer = ROOMS[room](self, asked, post)
        except Refused as refused:
            return refused.answer
        self.taken[room].append(post)
        return answer

    def often(self, room: str, most: int, seconds: float) -> bool:
        """Whether this request is one too many in the window; it counts either way."""
        seen = self.seen[f"{room} {seconds}"]
        seen.append(self.now)
        while seen[0] <= self.now - timedelta(seconds=seconds):
            seen.popleft()
        return len(seen) > most


def need(holds: object, answer: bytes) -> None:
    if not holds:
        raise Refused(answer)


def slack(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    need(not rooms.often("slack", 1, 1), reply("rate_limited", 429, Retry_After="1"))
    need("gone" not in asked.target, reply("no_service", 404))
    bad = reply("invalid_blocks", 400)
    blocks = post.get("blocks")
    need(isinstance(post.get("text"), str) and post["text"] and isinstance(blocks, list) and 0 < len(blocks) <= 50, bad)
    for block in blocks:
        if block["type"] == "header":
            need(block["text"]["type"] == "plain_text" and 0 < len(block["text"]["text"]) <= 150, bad)
        elif block["type"] == "section":
            need(block["text"]["type"] == "mrkdwn" and 0 < len(block["text"]["text"]) <= 3000, bad)
        else:
            need(block["type"] == "context" and 0 < len(block["elements"]) <= 10, bad)
            need(all(0 < len(one["text"]) <= 2000 for one in block["elements"]), bad)
    need(len(json.dumps(blocks, ensure_ascii=False)) < 15_561, bad)
    return reply("ok")


def discord(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    limited = {"message": "You are being rate limited.", "retry_after": 1.337, "global": False}
    need(not rooms.often("discord", 5, 2), as_json(limited, 429))
    need("gone" not in asked.target, as_json({"message": "Unknown Webhook", "code": 10015}, 404))
    bad = as_json({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
    embeds = post.get("embeds", [])
    need(len(post.get("content", "")) <= 2000 and len(embeds) <= 10 and (post.get("content") or embeds), bad)
    total = 0
    for embed in embeds:
        title, description, foot = embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")
        need(title or description or foot, bad)
        need(len(title) <= 256 and len(description) <= 4096 and len(foot) <= 2048 and 0 <= embed.get("color", 0) <= 0xFFFFFF, bad)
        total += len(title) + len(description) + len(foot)
    need(total <= 6000, bad)
    if parse_qs(urlsplit(asked.target).query).get("wait") == ["true"]:
        return as_json({"id": "1", "type": 0, "content": post.get("content", "")})
    return reply("", 204)


def mattermost(_rooms: Rooms, asked: Asked, post: dict) -> bytes:
    def error(name: str, status: int = 400) -> bytes:
        return as_json({"id": name, "message": "refused", "request_id": "x", "status_code": status}, status)

    need("gone" not in asked.target, error("web.incoming_webhook.invalid.app_error"))
    need(post.get("text") or post.get("attachments"), error("web.incoming_webhook.text.app_error"))
    need(len(post.get("text", "")) <= 16_383, error("model.post.is_valid.message_length.app_error"))
    attachments = post.get("attachments", [])
    need(len(json.dumps(attachments, ensure_ascii=False)) <= 7_900, error("web.incoming_webhook.attachments.app_error"))
    need(all(len(one.get("footer", "")) <= 300 for one in attachments), error("footer is cut"))
    return reply("ok", Content_Type="text/plain")


def teams(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    need(not rooms.often("teams", 4, 1), reply("", 429, Retry_After="2"))
    need("gone" not in asked.target, as_json({"error": {"code": "WorkflowNotFound"}}, 404))
    need(len(asked.body) <= 20_811, as_json({"error": {"code": "RequestEntityTooLarge"}}, 413))
    bad = as_json({"error": {"code": "TriggerInputSchemaMismatch"}}, 400)
    (attachment,) = post["attachments"]
    card = attachment["content"]
    need(post["type"] == "message" and attachment["contentType"] == "application/vnd.microsoft.card.adaptive", bad)
    need(card["type"] == "AdaptiveCard" and card["version"] in {"1.0", "1.2", "1.4", "1.5"} and card["body"], bad)
    for element in [*card["body"], *(inner for one in card["body"] for inner in one.get("items", []))]:
        need(element["type"] in {"RichTextBlock", "Container"}, bad)
        need(all(run["type"] == "TextRun" and run["text"] for run in element.get("inlines", [])), bad)
        need(element.get("inlines") or element.get("items"), bad)
    return reply("", 202)


class TelegramHtml(HTMLParser):
    """The subset of HTML that the Bot API takes; `wrong` says what it would refuse."""

    TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.entities, self.wrong, self.text = 0, "", ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.wrong = self.wrong or ("" if tag in self.TAGS else f"Unsupported start tag {tag}")
        self.open.append(tag)
        self.entities += 1
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = self.wrong or f"Unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def telegram(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    def error(code: int, word: str, **parameters: int) -> bytes:
        extra = {"parameters": parameters} if parameters else {}
        return as_json({"ok": False, "error_code": code, "description": word, **extra}, code)

    need(asked.target.startswith(f"/bot{TOKEN}/sendMessage"), error(401, "Unauthorized"))
    too_often = rooms.often("telegram", 20, 60) | rooms.often("telegram", 1, 1)
    need(not too_often, error(429, "Too Many Requests: retry after 5", retry_after=5))
    chat = post.get("chat_id")
    moved = error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001)
    need(chat not in (-4, "-4"), moved)
    need(chat not in (-3, "-3"), error(403, "Forbidden: bot was kicked from the group chat"))
    need(chat not in (None, "", "-2"), error(400, "Bad Request: chat not found"))
    parsed = TelegramHtml()
    parsed.feed(post["text"])
    parsed.close()
    wrong = parsed.wrong or ("unclosed tag" if parsed.open else "")
    need(not wrong and post["parse_mode"] == "HTML", error(400, f"Bad Request: can't parse entities: {wrong}"))
    need(
        not re.search(r"&(?!(lt|gt|amp|quot|#\d+|#x[0-9a-f]+);)", post["text"]),
        error(400, "Bad Request: can't parse entities: &"),
    )
    need(parsed.text.strip(), error(400, "Bad Request: message text is empty"))
    need(len(parsed.text.encode("utf-16-le")) // 2 <= 4096, error(400, "Bad Request: message is too long"))
    need(parsed.entities <= 100, error(400, "Bad Request: entities too long"))
    return as_json({"ok": True, "result": {"message_id": 1, "chat": {"id": chat, "title": "secret room"}}})


def feishu(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    def said(code: int, msg: str) -> bytes:
        return as_json({"code": code, "msg": msg, "data": {}})

    need("gone" not in asked.target, said(19001, "param invalid: incoming webhook access token invalid"))
    too_often = rooms.often("feishu", 100, 60) | rooms.often("feishu", 5, 1)
    need(not too_often, said(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"))
    if "signed" in asked.target:
        stamp = str(post.get("timestamp", ""))
        want = base64.b64encode(hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()).decode()
        fresh = stamp.isdigit() and abs(rooms.now.timestamp() - int(stamp)) <= 3600
        need(
            fresh and post.get("sign") == want,
            said(19021, "sign match fail or timestamp is not within one hour from current time"),
        )
    need(len(asked.body) <= 20_000, said(9499, "Bad Request"))
    card = post.get("card", {})
    need(post.get("msg_type") == "interactive" and card.get("elements"), said(9499, "Bad Request"))
    title = card["header"]["title"]
    need(title["tag"] == "plain_text" and title["content"], said(9499, "Bad Request"))
    for element in card["elements"]:
        need(element["tag"] in {"div", "hr", "note", "action"}, said(9499, "unknown tag"))
        need(element["tag"] != "div" or element["text"]["content"], said(9499, "empty"))
    return as_json({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})


def dingtalk(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    def said(code: int, msg: str) -> bytes:
        return as_json({"errcode": code, "errmsg": msg})

    query = parse_qs(urlsplit(asked.target).query)
    need(query.get("access_token") == ["t"], said(300005, "token is not exist"))
    if rooms.barred.get("dingtalk", rooms.now) > rooms.now:
        raise Refused(said(130101, "send too fast, exceed 20 times per minute"))
    if rooms.often("dingtalk", 20, 60):
        rooms.barred["dingtalk"] = rooms.now + timedelta(minutes=10)
        raise Refused(said(130101, "send too fast, exceed 20 times per minute"))
    if "signed" in asked.target:
        stamp = query.get("timestamp", [""])[0]
        want = base64.b64encode(hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()).decode()
        fresh = stamp.isdigit() and abs(rooms.now.timestamp() * 1000 - int(stamp)) <= 3_600_000
        need(fresh and query.get("sign") == [want], said(310000, "sign not match"))
    need(len(asked.body) <= 20_000, said(88, "message too long"))
    shown = post.get("markdown", {})
    need(post.get("msgtype") == "markdown" and shown.get("title") and shown.get("text"), said(40035, "缺少参数 json"))
    need("at" not in post, said(40035, "nobody may be mentioned"))
    return said(0, "ok")


def wecom(rooms: Rooms, asked: Asked, post: dict) -> bytes:
    def said(code: int, msg: str) -> bytes:
        return as_json({"errcode": code, "errmsg": msg})

    need(parse_qs(urlsplit(asked.target).query).get("key") == ["k"], said(93000, "invalid webhook url, hint: [1]"))
    need(not rooms.often("wecom", 20, 60), said(45009, "api freq out of limit"))
    content = post.get("markdown", {}).get("content", "")
    need(post.get("msgtype") == "markdown", said(40008, "invalid message type"))
    need(content, said(44004, "empty content"))
    need(len(content.encode()) <= 4096, said(40058, "markdown.content exceed max length 4096"))
    return said(0, "ok")


ROOMS: dict[str, Callable[[Rooms, Asked, dict], bytes]] = {
    "slack": slack, "discord": discord, "mattermost": mattermost, "teams": teams, "telegram": telegram, "feishu": feishu,
    "dingtalk": dingtalk, "wecom": wecom,
}  # fmt: skip


def target(room: str, base: str) -> str:
    """Where our channel finds that room, as a subscription's target."""
    where = {
        "feishu": f"{base}/feishu/signed#secret={SECRET}",
        "dingtalk": f"{base}/dingtalk/signed?access_token=t#secret={SECRET}",
        "wecom": f"{base}/wecom/send?key=k",
        "telegram": f"{TOKEN}@-1001234567890#api={base}",
    }
    return where.get(room, f"{base}/{room}/hook")


# --- what a reader's client would make of a post

_MARKDOWN_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(([^()\s]*)\)")


def _markdown(text: str) -> tuple[list[str], str]:
    """Links, and the rest with the labels of links, escapes still in it."""
    links = [found[1] for found in _MARKDOWN_LINK.findall(text)]
    return links, _MARKDOWN_LINK.sub(lambda found: found[1], text)


def shown(room: str, post: dict) -> tuple[list[str], str]:
    """The links of a post in their order, and everything else in it as its client reads it, its own marks taken away."""
    return _SHOWN[room](post)


def _slack(post: dict) -> tuple[list[str], str]:
    texts = [one for block in post["blocks"] for one in [block.get("text"), *block.get("elements", [])] if one]
    marked = "\n".join(one["text"] for one in texts if one["type"] == "mrkdwn")
    links = [html.unescape(found) for found in re.findall(r"<([^<>|]*)\|[^<>]*>", marked)]
    rest = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", marked)
    return links, rest + "\n" + "\n".join(one["text"] for one in texts if one["type"] == "plain_text")


def _discord(post: dict) -> tuple[list[str], str]:
    parts = [post["content"], *(embed.get(name, "") for embed in post["embeds"] for name in ("title", "description"))]
    links, rest = _markdown("\n".join(parts))
    return links, _unslashed(rest)


def _mattermost(post: dict) -> tuple[list[str], str]:
    links, rest = _markdown("\n".join([post["text"], *(one["text"] for one in post["attachments"])]))
    return links, _unslashed(rest)


def _unslashed(text: str) -> str:
    """Escaped marks are out; what is left of marks is live."""
    return re.sub(r"\\[\\`*_\[\]()|~<>]", "·", text).replace("**", "")


def _teams(post: dict) -> tuple[list[str], str]:
    card = post["attachments"][0]["content"]
    blocks = [*card["body"], *(inner for one in card["body"] for inner in one.get("items", []))]
    runs = [run for block in blocks for run in block.get("inlines", [])]
    links = [run["selectAction"]["url"] for run in runs if "selectAction" in run]
    return links + [act["url"] for act in card.get("actions", [])], "\n".join(run["text"] for run in runs)


def _telegram(post: dict) -> tuple[list[str], str]:
    parsed = TelegramHtml()
    parsed.feed(post["text"])
    parsed.close()
    return parsed.links, parsed.text


def _feishu(post: dict) -> tuple[list[str], str]:
    card = post["card"]
    marked, plain, buttons = [], [card["header"]["title"]["content"]], []
    for element in card["elements"]:
        if element["tag"] == "div":
            (marked if element["text"]["tag"] == "lark_md" else plain).append(element["text"]["content"])
        plain += [one["content"] for one in element.get("elements", [])]
        buttons += [one["url"] for one in element.get("actions", [])]
    links, rest = _markdown("\n".join(marked))
    rest = re.sub(r"&#\d+;", "·", re.sub(r"</?font[^>]*>", "", rest)).replace("**", "")
    return links + buttons, rest + "\n" + "\n".join(plain)


def _dingtalk(post: dict) -> tuple[list[str], str]:
    links, rest = _markdown(post["markdown"]["text"])
    return links, re.sub(r"(?m)^(#{3,4}|>) ", "", rest).replace("**", "")


def _wecom(post: dict) -> tuple[list[str], str]:
    links, rest = _markdown(post["markdown"]["content"])
    rest = re.sub(r'</?font( color="(comment|warning)")?>', "", rest)
    return links, re.sub(r"(?m)^(### |> )", "", rest).replace("**", "")


_SHOWN = {
    "slack": _slack, "discord": _discord, "mattermost": _mattermost, "teams": _teams, "telegram": _telegram, "feishu": _feishu,
    "dingtalk": _dingtalk, "wecom": _wecom,
}  # fmt: skip

# Bare words of which one client or another makes something live.
LIVE = re.compile(
    r"[@＠]\w|https?://|www\.\w|\w\.(?:com|example|cn)\b|<[!@#a-zA-Z/]|(?<![\w/])/[a-z]|(?<!\w)#\w|:[a-z_]+:|\{\{|\$\{",
    re.ASCII,
)
