"""Walls of many makes in the place of a watched page, known and never read, and honest pages that speak of the same things."""

import pytest

from cgtwatch.acquire.challenge import wall as challenge
from cgtwatch.diff.guard import unreadable
from cgtwatch.errors import ParseError
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome
from cgtwatch.model.source import Kind
from cgtwatch.parse import Page
from cgtwatch.parse.page import parse
from diff.diff_site import NOW, Memory, a_source, a_visit

SOURCE = a_source(Kind.PAGE)
CLAUSES = "".join(f"<p>第{n}条 申请人应当按照本办法的规定提交第{n}部分研究资料。</p>" for n in range(1, 40))


def html(title: str, body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def refused(body: str, memory: Memory) -> ErrorClass | None:
    """With what class an answer is kept from being compared, by whichever part of the way in; None where it is believed."""
    if challenge({}, body.encode()):
        return ErrorClass.BLOCKED
    visit = a_visit(body)
    try:
        read = parse(SOURCE, Page(visit.body, visit.url, "text/html", "utf-8", NOW))
    except ParseError as error:
        return unreadable(SOURCE, visit, str(error)).error
    plan = memory.look(list(read.drafts), visit, title=read.title, encoding=read.encoding)
    return plan.state.error if plan.outcome is Outcome.HELD else None


WALLS = {
    "reference number": ("Access Denied", "You have no permission to get this from the server. Reference&#32;&#35;18&#46;2f1c"),
    "support id": ("", "请求被拒绝。请与管理员联系。支持ID: 8273648273648"),
    "incident in a frame": ("", "<iframe src='/_Incapsula_Resource?x=9' width='100%'></iframe>"),
    "attack id": ("Web Page Blocked", "The page cannot be shown. Attack ID: 20000021"),
    "usage policy": ("Web Filter Violation", "This page violates your Internet usage policy."),
    "ad blocker": ("site", "Please enable JS<script>var dd={}</script><script src='https://ct.captcha-delivery.com/c.js'></script>"),
    "hold": ("site", "Press &amp; Hold to confirm you are a human (and not a bot)."),
    "program in the page": ("", "<script>window.KPSDK={}</script><script src='/149e/ips.js'></script>"),
    "not a robot": ("Human Verification", "JavaScript is disabled. We need to verify that you're not a robot."),
    "proof of work": ("Making sure you're not a bot!", "Loading..."),
    "queue": ("Queue", "You are now in line. Your estimated wait time is 4 minutes."),
    "rate": ("Error 1015", "You are being rate limited."),
    "proxy": ("ERROR: The requested URL could not be retrieved", "Connection to 192.0.2.1 failed."),
    "zh url threat": ("405", "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。"),
    "zh slider": ("", "亲，请拖动下方滑块完成验证"),
    "zh attack": ("", "当前访问疑似黑客攻击，已被拦截"),
    "zh parameters": ("网站防火墙", "您的请求带有不合法参数，已被网站管理员设置拦截！"),
    "zh browser": ("提示", "您的浏览器版本过低，请升级您的浏览器"),
    "application": ("Runtime Error", "Server Error in '/' Application."),
    "stack": ("", "java.lang.NullPointerException at com.web.Action.execute(Action.java:121)"),
    "database": ("", "ORA-01034: ORACLE not available"),
    "scripted page of errors": ("", "<b>Fatal error</b>: Uncaught PDOException in index.php on line 12"),
    "content system": ("Error", "Sorry, something went wrong. Correlation ID: 1b2c"),
    "cache": ("503 Backend fetch failed", "Guru Meditation: XID: 123"),
    "busy": ("", "系统繁忙，请稍后再试！"),
    "rebuilt": ("通知", "网站升级改造，暂停服务，敬请谅解"),
    "fresh server": ("Welcome to nginx!", "The web server is successfully installed."),
    "folder": ("Index of /", "Index of / Name Last modified Size"),
    "parked": ("example.org", "This domain may be for sale. Buy this domain"),
    "unrecorded": ("提示", "该网站暂时无法访问，该网站未备案"),
    "shell": ("公告", "<div id='app'></div><noscript>You need to enable JavaScript to run this app.</noscript><script src='/m.js'></script>"),
    "shell zh": ("公告", "<div id='app'>加载中...</div><script src='/m.js'></script>"),
    "sent on": ("", "<p>正在跳转</p>", "<meta http-equiv='refresh' content='0;url=/sso/login'>"),
    "form": ("统一身份认证平台", "<form><input name=u><input type='password' name=p><button>登录</button></form>"),
    "form in a tongue without a table": ("Prisijungimas", "<form>Vardas <input> <input type=password> <button>Toliau</button></form>"),
    "hotel": ("Wi-Fi", "Accept the terms and conditions to connect to the internet <form><button>Accept</button></form>"),
    "ja": ("お知らせ", "ただいまメンテナンス中です。ご迷惑をおかけしております。"),
    "ko": ("안내", "시스템 점검 중입니다. 이용에 불편을 드려 죄송합니다."),
    "de": ("Wartungsarbeiten", "Diese Seite ist wegen Wartungsarbeiten nicht erreichbar."),
    "fr": ("Site en maintenance", "Le site est momentanément indisponible."),
    "lost zh": ("", "抱歉，您访问的页面不存在或已被删除 3秒后自动跳转到首页"),
    "lost en": ("Oops", "Sorry, we can't find the page you are looking for."),
}  # fmt: skip
NEVER = {ErrorClass.BLOCKED, ErrorClass.LAYOUT, ErrorClass.PARSE, ErrorClass.EMPTY}


@pytest.mark.parametrize("parts", WALLS.values(), ids=WALLS.keys())
def test_a_wall_is_refused_in_the_place_of_a_known_page_and_of_one_never_read(parts):
    memory = Memory(SOURCE)
    assert refused(html("细胞治疗产品管理办法", CLAUSES), memory) is None
    for known in (memory, Memory(SOURCE)):
        assert [refused(html(*parts), known) in NEVER for _ in range(4)] == [True] * 4


HONEST = {
    "inspection": ("药品生产质量安全检查要点", "<p>第一条 检查员应当核对记录并验证数据的完整性。</p>" * 12),
    "maintenance of an authorisation": ("Maintenance of marketing authorisations", "<p>Holders must submit renewals.</p>" * 8),
    "a number": ("500 patients treated", "<p>More than 500 patients were treated with CAR-T by September.</p>"),
    "404th notice": ("404号公告", "<p>国家药监局关于发布细胞治疗产品附录的公告（2026年第404号）</p>" * 3),
    "shortage": ("Supply", "<p>Product X is temporarily unavailable; prescribers should use alternatives until November.</p>"),
    "guide to the log-in": ("操作指南", "<p>第一步，申请人打开首页，点击登录按钮，输入用户名和密码。</p>" * 9),
    "form above": (
        "Cellular products",
        "<header><form><input type=password></form></header><main>" + "<p>The office regulates cell therapy.</p>" * 9 + "</main>",
    ),
    "note for readers without scripts": (
        "Products",
        "<noscript>Enable JavaScript.</noscript><p>Approved products and holders.</p>",
    ),
    "frame breaker": (
        "Notice",
        "<p>Workshop on potency assays for gene therapy.</p><script>if(top!=self)top.location=1;</script>",
    ),
    "note to old browsers": (
        "Court",
        "<p>You are using an outdated browser. Please upgrade your browser.</p>"
        + "<p>A summary of each opinion follows here.</p>" * 6,
    ),
    "short": ("备案机构名单", "<p>截至2026年9月，共有备案机构133家。</p>"),
    "being built": ("建设标准", "<p>在建设中的细胞制备中心应当按照本标准执行，升级改造的参照执行。</p>" * 4),
    "blocked batches": ("Blocked batches", "<p>The following batches of product X were blocked pending tests: A1, A2.</p>"),
}


@pytest.mark.parametrize("parts", HONEST.values(), ids=HONEST.keys())
def test_an_honest_page_is_believed_at_once_and_after_an_edit(parts):
    memory = Memory(SOURCE)
    title, body = parts
    assert refused(html(title, body), memory) is None
    assert refused(html(title, body.replace("</p>", "（修订）</p>", 1)), memory) is None
