"""Pages that must not be believed, pages that must, and how a doubt ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cgtwatch.diff.guard import unreadable
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome, SourceState
from cgtwatch.model.source import Kind
from diff.diff_site import NOW, Memory, a_source, a_visit, calm, judged, parsed, row, rows, told

TWENTY = rows(*range(20, 0, -1))
PAGE_TEXT = "\n".join(f"第{n}条 细胞治疗产品的申请人应当按照本办法的规定提交第{n}部分研究资料。" for n in range(1, 40))
PAGE = Draft("细胞治疗产品管理办法", "https://a.gov/p", text=PAGE_TEXT)


def page(title: str, text: str, script: str = "") -> str:
    return f"<html><head><title>{title}</title><script>{script}</script></head><body><p>{text}</p></body></html>"


WALLS = {
    "cloudflare": page("Just a moment...", "Enable JavaScript and cookies to continue", "window._cf_chl_opt={}"),
    "ruishu": page("", "", "$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1"),
    "acw": "<html><body onload='go()'><script>function go(){set('acw_sc__v2',sign(seed))}</script></body></html>",
    "jsl": "<script>document.cookie=('__jsl_clearance_s=1');location.href=location.pathname</script>",
    "waf zh": page("访问验证", "您的访问过于频繁，请完成滑动验证后继续"),
    "blocked zh": page("请求被拦截", "您的请求存在威胁，已被Web应用防火墙拦截"),
    "access denied": page("Access Denied", "You don't have permission to access this resource. Reference #18.2"),
    "rejected": page("Request Rejected", "The requested URL was rejected. Please consult with your administrator."),
    "maintenance": page("", "系统维护中 System under maintenance"),
    "upgrade zh": page("网站升级中", "网站正在升级，请稍后再试"),
    "back soon": page("Scheduled maintenance", "We will be back shortly."),
    "503 in words": page("503 Service Temporarily Unavailable", "nginx"),
    "login zh": page("用户登录", "用户名 密码 登录"),
    "login en": page("Sign in", "User name Password Forgot your password?"),
    "session": page("Notice", "Your session has expired. Please sign in again."),
    "soft 404": page("404 - 页面不存在", "您访问的页面不存在或已删除"),
    "soft 404 en": page("Page not found", "Sorry, the page you are looking for does not exist."),
}


def visible(body: str) -> str:
    return body.partition("<p>")[2].partition("</p>")[0]


def title(body: str) -> str:
    return body.partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize("body", WALLS.values(), ids=WALLS.keys())
@pytest.mark.parametrize("kind", [Kind.LIST, Kind.FEED])
@pytest.mark.fault("F16")
def test_a_wall_in_the_place_of_a_list_is_never_compared_and_never_confirmed(kind, body):
    memory = Memory(a_source(kind))
    memory.look(TWENTY)
    for n in range(1, 6):
        plan = memory.look([], a_visit(body), title=title(body))
        assert plan.outcome is Outcome.HELD
        assert plan.state.held == n
        assert plan.state.error in {ErrorClass.BLOCKED, ErrorClass.LAYOUT}
        assert plan.state.message
        assert plan.state.hint
        assert "{}" not in plan.state.message
    assert calm(memory.look(TWENTY))
    assert memory.state.held == 0


@pytest.mark.parametrize("body", WALLS.values(), ids=WALLS.keys())
@pytest.mark.fault("F16")
def test_a_wall_in_the_place_of_a_watched_page_is_never_compared_and_never_confirmed(body):
    memory = Memory(a_source(Kind.PAGE))
    memory.look([PAGE])
    for _ in range(5):
        plan = memory.look([Draft(title(body), PAGE.url, text=visible(body))], a_visit(body), title=title(body))
        assert plan.outcome is Outcome.HELD
    assert calm(memory.look([PAGE]))


@pytest.mark.parametrize("body", WALLS.values(), ids=WALLS.keys())
def test_a_wall_is_no_first_look(body):
    plan = Memory(a_source(Kind.PAGE)).look([Draft(title(body), PAGE.url, text=visible(body))], a_visit(body), title=title(body))
    assert plan.outcome is Outcome.HELD
    assert not plan.state.baseline_done


def test_the_links_of_a_login_page_are_not_taken_for_news():
    memory = Memory()
    memory.look(TWENTY)
    menu = [Draft(name, f"https://a.gov/{n}") for n, name in enumerate(["首页", "注册", "找回密码", "帮助"])]
    assert memory.look(menu, a_visit(page("统一身份认证", "登录"))).outcome is Outcome.HELD
    assert memory.state.error is ErrorClass.BLOCKED


HEADERS = [{"x_amzn_waf_action": "challenge"}, {"cf_mitigated": "challenge"}]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_challenge_named_in_the_headers_is_a_wall(headers):
    assert not judged(a_source(), SourceState("site"), a_visit("", **headers), parsed([]), ()).trusted


@pytest.mark.parametrize("body", WALLS.values(), ids=WALLS.keys())
def test_a_wall_that_no_parser_can_read_is_named(body):
    verdict = unreadable(a_source(Kind.FEED), a_visit(body), "this is HTML, no feed")
    assert verdict.error in {ErrorClass.BLOCKED, ErrorClass.LAYOUT}


@pytest.mark.fault("F14")
def test_a_home_page_at_a_feeds_address_is_no_feed():
    verdict = unreadable(a_source(Kind.FEED), a_visit(page("Home", "Welcome to our agency")), "this is HTML, no feed")
    assert verdict.error is ErrorClass.PARSE
    assert "no feed" in verdict.reason


# ---- other pages that cannot be right


@pytest.mark.fault("F15")
def test_a_list_without_rows_has_changed_its_shape_and_nothing_is_removed():
    memory = Memory()
    memory.look(TWENTY)
    plan = memory.look([], a_visit("<ul class='v2'>" + "<li>news item</li>" * 200 + "</ul>"))
    assert (plan.outcome, plan.state.error, plan.findings) == (Outcome.HELD, ErrorClass.LAYOUT, ())
    assert "20 at the last good visit" in plan.state.message


def test_a_feed_that_loses_its_only_entry_is_empty():
    memory = Memory(a_source(Kind.FEED))
    memory.look([row(1)])
    assert memory.look([]).state.error is ErrorClass.EMPTY


def test_a_selector_that_never_found_anything_is_no_baseline():
    plan = Memory().look([], a_visit("<p>" + "text " * 300))
    assert (plan.outcome, plan.state.error, plan.state.baseline_done) == (Outcome.HELD, ErrorClass.LAYOUT, False)


MOJIBAKE = ["å›½å®¶è¯ç›‘å±€å…³äºŽå…¬å¼€å¾æ±‚", "ÂõËÊó¥ËçØÁõëÂ±Ä", "锟斤拷锟斤拷锟斤拷", "鍥藉鑽洃灞€鍏充簬鍏紑寰佹眰"]


@pytest.mark.parametrize("broken", MOJIBAKE)
def test_a_page_read_in_the_wrong_encoding_is_not_compared(broken):
    memory = Memory()
    memory.look(TWENTY)
    assert memory.look([replace(d, title=broken + str(n)) for n, d in enumerate(TWENTY)]).state.error is ErrorClass.PARSE


@pytest.mark.parametrize("wanted", ["公告列表", "ul.news-list", "#main .news-list li"])
def test_a_page_without_what_it_must_hold_is_not_compared(wanted):
    good = "<title>x</title><div id='main'><h1>公告列表</h1><ul class='big news-list'><li>"
    memory = Memory(a_source(must_match=wanted))
    assert memory.look(TWENTY, a_visit(good)).outcome is Outcome.OK
    assert memory.look(TWENTY, a_visit("<div class=other><li>")).state.error is ErrorClass.LAYOUT


def test_most_rows_lost_at_once_are_held_and_believed_at_the_third_visit():
    memory = Memory()
    memory.look(TWENTY)
    assert [memory.look(TWENTY[:3]).outcome for _ in range(3)] == [Outcome.HELD, Outcome.HELD, Outcome.OK]


def test_rows_lost_from_between_are_held():
    memory = Memory()
    memory.look(TWENTY)
    assert memory.look([*TWENTY[:4], *TWENTY[16:]]).state.error is ErrorClass.QUARANTINE


@pytest.mark.promise("P12")
@pytest.mark.fault("F12")
def test_a_backfill_of_old_entries_is_held_and_at_last_stored_quietly():
    memory = Memory(a_source(Kind.FEED))
    memory.look(rows(*range(505, 500, -1)))
    many = rows(*range(505, 400, -1))
    assert [memory.look(many).outcome for _ in range(2)] == [Outcome.HELD, Outcome.HELD]
    assert list(told(memory.look(many))) == ["quiet new"]


@pytest.mark.fault("F12")
def test_a_backfill_that_stands_above_what_is_known_is_stored_quietly_too_and_told_where_a_person_keeps_it():
    memory = Memory(a_source(Kind.FEED))
    memory.look(rows(*range(500, 505)))
    many = rows(*range(5, 505))
    assert [memory.look(many).outcome for _ in range(2)] == [Outcome.HELD, Outcome.HELD]
    kept = Memory(memory.source, replace(memory.state, held_as="", held=3), dict(memory.items), memory.now)
    assert list(told(memory.look(many))) == ["quiet new"]
    assert list(told(kept.look(many))) == ["new"]


def test_a_list_whose_every_row_was_replaced_is_held():
    memory = Memory()
    memory.look(TWENTY)
    menu = [Draft(f"栏目{n}", f"https://a.gov/menu/{n}") for n in range(12)]
    assert memory.look(menu).state.error is ErrorClass.QUARANTINE
    assert calm(memory.look(TWENTY))


def test_a_doubt_starts_again_when_the_page_differs():
    memory = Memory()
    memory.look(TWENTY)
    for n in range(5):
        assert memory.look([Draft(f"{'甲乙丙丁戊'[n]}{m}", f"https://a.gov/{n}/{m}") for m in range(12)]).outcome is Outcome.HELD
    assert memory.state.held == 5


def test_not_modified_after_a_doubt_denies_it():
    memory = Memory()
    memory.look(TWENTY)
    memory.look(TWENTY[:3])
    memory.same()
    assert (memory.state.held, memory.state.held_as) == (0, "")


@pytest.mark.fault("F10")
def test_an_edit_of_every_row_is_held_then_kept_quietly():
    memory = Memory()
    memory.look(TWENTY)
    edited = [replace(d, text="新模板") for d in TWENTY]
    assert [memory.look(edited).outcome for _ in range(2)] == [Outcome.HELD, Outcome.HELD]
    assert list(told(memory.look(edited))) == ["quiet updated"]
    assert calm(memory.look(edited))


def test_a_source_that_touches_everything_at_every_visit_still_tells_its_news():
    memory = Memory()
    memory.look(TWENTY)
    for n in range(2):
        memory.look([replace(d, text=f"touched {n}") for d in TWENTY])
    for n in range(2, 5):
        new = row(20 + n)
        found = told(memory.look([new, *(replace(d, text=f"touched {n}") for d in TWENTY)]))
        assert (found["new"], found.get("updated")) == ([new.title], None)
        assert memory.state.held == 0


def test_a_watched_page_that_collapses_is_held_and_believed_at_the_third_visit():
    memory = Memory(a_source(Kind.PAGE))
    memory.look([PAGE])
    short = replace(PAGE, text="本办法已经修订，新文本见附件所列各项研究资料。" * 2)
    assert [memory.look([short]).outcome for _ in range(3)] == [Outcome.HELD, Outcome.HELD, Outcome.OK]


def test_a_watched_page_replaced_by_another_of_its_length_is_held():
    memory = Memory(a_source(Kind.PAGE))
    memory.look([PAGE])
    other = Draft("Portal home", PAGE.url, text="Weather, sports, horoscope and much more of the kind for you today. " * 20)
    assert memory.look([other]).state.error is ErrorClass.QUARANTINE


# ---- pages that must be believed


def after(first: list[Draft], second: list[Draft], **more) -> Memory:
    memory = Memory(a_source(**more))
    memory.look(first)
    memory.look(second)
    return memory


GOOD = {
    "fifty published while we were away, over known rows": (TWENTY, rows(*range(70, 10, -1))),
    "fifty at once without days": (
        [replace(d, published_on=None) for d in TWENTY],
        [replace(d, published_on=None) for d in rows(*range(70, 10, -1))],
    ),
    "twenty new and none known, dated since": (TWENTY, rows(*range(40, 20, -1))),
    "nearly all edited on a short page": (TWENTY[:8], [replace(d, text="x") for d in TWENTY[:8]]),
    "an announcement of maintenance": (TWENTY, [row(21, title="关于系统维护的公告：网站升级期间暂停服务"), *TWENTY[:19]]),
    "a title about log-in": (TWENTY, [row(21, title="申请人登录系统操作指南 Sign in"), *TWENTY[:19]]),
    "half of the rows gone from the end": (TWENTY, TWENTY[:10]),
    "two rows gone": (TWENTY, [*TWENTY[:4], *TWENTY[6:]]),
    "reordered": (TWENTY, TWENTY[::-1]),
    "accents": (TWENTY, [row(21, title="Événement à l’été: thérapie génique, São Tomé, ÁREA ÚNICA"), *TWENTY[:19]]),
    "one row of mojibake": (TWENTY, [row(21, title=MOJIBAKE[0]), *TWENTY[:19]]),
    "a row dated ahead": (TWENTY, [row(21, published_on=date(2027, 8, 1)), *TWENTY[:19]]),
    "nothing new": (TWENTY, TWENTY),
    "five rows all replaced without days": (
        [replace(d, published_on=None) for d in TWENTY[:4]],
        [replace(d, published_on=None) for d in rows(34, 33, 32, 31)],
    ),
}


@pytest.mark.parametrize("pages", GOOD.values(), ids=GOOD.keys())
def test_an_honest_list_is_compared(pages):
    first, second = pages
    memory = Memory(now=NOW)
    memory.look(first)
    assert memory.look(second).outcome is Outcome.OK


def test_news_of_a_catch_up_is_told_item_by_item():
    assert len(told(after(TWENTY, rows(*range(70, 10, -1))).plan)["new"]) == 50


GOOD_PAGES = {
    "a clause changed": replace(PAGE, text=PAGE_TEXT.replace("第7部分", "第八部分")),
    "half cut": replace(PAGE, text=PAGE_TEXT[: len(PAGE_TEXT) // 2]),
    "doubled": replace(PAGE, text=PAGE_TEXT + "\n" + PAGE_TEXT),
    "a notice of maintenance above": replace(PAGE, text="系统维护通知：本网站将于周六升级。\n" + PAGE_TEXT),
    "the title says 404": replace(PAGE, title="404号公告"),
}


@pytest.mark.parametrize("draft", GOOD_PAGES.values(), ids=GOOD_PAGES.keys())
def test_an_honest_watched_page_is_compared(draft):
    assert after([PAGE], [draft], kind=Kind.PAGE).plan.outcome is Outcome.OK


def test_a_page_behind_a_firewall_that_marks_all_its_pages_is_believed():
    marked = a_visit(page("公告", PAGE_TEXT, "$_ts={}; /cdn-cgi/challenge-platform/scripts/jsd/main.js"))
    memory = Memory(a_source(Kind.PAGE))
    memory.look([PAGE], marked)
    assert memory.look([PAGE], marked).outcome is Outcome.OK


def test_a_feed_may_be_empty_at_the_first_look_and_stay_so():
    memory = Memory(a_source(Kind.FEED))
    assert memory.look([]).outcome is Outcome.OK
    assert memory.look([]).outcome is Outcome.OK
    assert told(memory.look([row(1)])) == {"new": [row(1).title]}


def test_a_folder_may_be_emptied_and_filled_at_will():
    memory = after(TWENTY, [], kind=Kind.FOLDER, url="")
    assert memory.plan.outcome is Outcome.OK
    assert len(told(memory.look(rows(*range(200, 100, -1))))["new"]) == 100


def test_a_doubted_page_is_looked_at_again_soon():
    memory = Memory(a_source(every=timedelta(hours=12)))
    memory.look(TWENTY)
    assert memory.look(TWENTY[:3]).wait == timedelta(hours=1)
