"""What makes an answer of each kind doubtful: files, searches, maps, feeds, broken off pages, templates, errors in disguise."""

import json
from dataclasses import replace

import pytest

from cgtwatch.diff.garbled import garbled
from cgtwatch.model.draft import Draft
from cgtwatch.model.fetch import ErrorClass
from cgtwatch.model.item import Outcome, SourceState
from cgtwatch.model.source import ApiRule, Kind, RequestRule, SitemapRule
from diff.diff_site import NOW, Memory, a_source, a_visit, calm, judged, parsed, row, rows, told

TWENTY = rows(*range(20, 0, -1))
HELD, OK = Outcome.HELD, Outcome.OK


def of(kind: Kind, **more) -> Memory:
    rule = {"api": ApiRule(), "sitemap": SitemapRule()}
    return Memory(replace(a_source(kind, **more), **({kind.value: rule[kind.value]} if kind.value in rule else {})))


def listed(drafts: list[Draft], end: str = "</ul></body></html>") -> str:
    items = "".join(f"<li><a href='{d.url}'>{d.title}</a><span>{d.published_on}</span></li>" for d in drafts)
    return f"<!DOCTYPE html><html><head><title>公告</title></head><body><ul>{items}{end}"


# ---- broken off


CUTS = {
    "inside a tag": "<li><a hre",
    "inside a script": "<script>var a = 1 > 0;",
    "inside a remark": "<!-- made by",
    "inside a character": "<li>公",
}


@pytest.mark.parametrize("end", CUTS.values(), ids=CUTS.keys())
def test_a_page_that_stops_in_the_middle_is_held_though_every_row_is_there(end):
    memory = Memory()
    memory.look(TWENTY, a_visit(listed(TWENTY)))
    body = listed(TWENTY, end).encode()
    plan = memory.look(TWENTY, a_visit(body[:-1] if end.endswith("公") else body))
    assert (plan.outcome, plan.state.error) == (HELD, ErrorClass.QUARANTINE)
    assert "breaks off" in plan.state.message
    assert calm(memory.look(TWENTY, a_visit(listed(TWENTY))))


def test_a_page_without_its_end_and_its_last_rows_is_held():
    memory = Memory()
    memory.look(TWENTY, a_visit(listed(TWENTY)))
    assert memory.look(TWENTY[:12], a_visit(listed(TWENTY[:12], ""))).outcome is HELD


def test_a_page_whose_last_title_broke_off_is_held():
    memory = Memory()
    memory.look(TWENTY, a_visit(listed(TWENTY)))
    cut = [*TWENTY[:19], replace(TWENTY[19], title=TWENTY[19].title[:8])]
    assert memory.look(cut, a_visit(listed(cut, ""))).outcome is HELD


def test_a_site_that_never_ends_its_pages_is_believed():
    memory = Memory()
    memory.look(TWENTY, a_visit(listed(TWENTY, "")))
    assert memory.look(TWENTY[:12], a_visit(listed(TWENTY[:12], ""))).outcome is OK
    memory.same()
    assert memory.look(TWENTY[:11], a_visit(listed(TWENTY[:11], "<li"))).outcome is OK


def test_a_page_that_always_stops_in_the_middle_is_believed_at_the_third_visit_and_from_then_on():
    memory = Memory()
    outcomes = [memory.look(TWENTY, a_visit(listed(TWENTY, "<li"))).outcome for _ in range(3)]
    assert outcomes == [HELD, HELD, OK]
    assert told(memory.look([row(21), *TWENTY], a_visit(listed([row(21), *TWENTY], "<li"))))["new"] == [row(21).title]


@pytest.mark.parametrize("end", ["</ul></body></html><script>a<b", "</ul></body>\n\n", "</ul></BODY></HTML><!-- cache"])
def test_what_stands_after_the_end_of_a_page_says_nothing(end):
    memory = Memory()
    memory.look(TWENTY, a_visit(listed(TWENTY)))
    assert calm(memory.look(TWENTY, a_visit(listed(TWENTY, end))))


def test_a_watched_page_without_its_end_is_held_only_where_its_last_words_are_missing():
    lines = [f"第{n}条 申请人应当提交第{n}部分研究资料。" for n in range(40)]
    whole, memory = Draft("办法", "https://a.gov/p", text="\n".join(lines)), Memory(a_source(Kind.PAGE))
    memory.look([whole], a_visit(listed([])))
    edited = replace(whole, text=whole.text.replace("第7部分", "第七部分"))
    assert memory.look([edited], a_visit(listed([], ""))).outcome is OK
    memory.look([edited], a_visit(listed([])))
    assert memory.look([replace(whole, text="\n".join(lines[:30]))], a_visit(listed([], ""))).outcome is HELD


@pytest.mark.parametrize("kind", [Kind.FEED, Kind.SITEMAP])
def test_a_feed_or_map_without_its_end_is_held(kind):
    root = "rss" if kind is Kind.FEED else "urlset"
    memory = of(kind)
    memory.look(TWENTY, a_visit(f"<{root}><a>1</a></{root}>"))
    assert memory.look(TWENTY[:9], a_visit(f"<{root}><a>1</a>"), truncated=True).outcome is HELD
    assert calm(memory.look(TWENTY, a_visit(f"<{root}><a>1</a></{root}>")))


# ---- rows that are none


TEMPLATES = ["{{item.title}}", "${row.title}", "<%= title %>", "undefined", "加载中...", "[object Object]", "请稍候", "标题"]


@pytest.mark.parametrize("title", TEMPLATES)
def test_rows_that_a_script_was_to_fill_are_no_news(title):
    memory = Memory()
    memory.look(TWENTY[:6])
    plan = memory.look([replace(d, title=title) for d in TWENTY[:6]])
    assert (plan.outcome, plan.state.error) == (HELD, ErrorClass.LAYOUT)


def test_rows_that_all_bear_one_name_are_no_news():
    memory = Memory()
    memory.look(TWENTY[:6])
    assert memory.look([replace(d, title="查看详情") for d in TWENTY[:6]]).outcome is HELD


def test_rows_of_a_list_that_always_bears_one_name_are_believed():
    memory = Memory()
    memory.look([replace(d, title="许可公示") for d in TWENTY[1:]])
    assert memory.look([replace(d, title="许可公示") for d in TWENTY]).outcome is OK


MENU = [
    Draft(name, f"https://www.example.gov.cn/{n}/") for n, name in enumerate(["首页", "机构", "新闻", "公开", "服务", "互动"])
]


def test_known_menus_do_not_make_an_error_page_the_source():
    memory = Memory()
    memory.look([*MENU, *TWENTY])
    for hot in ([], rows(-300, -310, -320)):
        plan = memory.look([*MENU, *hot], a_visit("<html><title>页面不存在_某局</title></html>"), title="页面不存在_某局")
        assert (plan.outcome, plan.state.error) == (HELD, ErrorClass.LAYOUT)
    assert memory.look(MENU, a_visit("<html><title>公告_某局</title></html>")).outcome is HELD


def test_another_site_behind_a_redirect_is_held_though_its_rows_are_of_today():
    memory = Memory()
    memory.look(TWENTY)
    other = [replace(row(20 + n, f"省政府会议第{n}次"), url=f"https://other.example/{n}") for n in range(6)]
    led = replace(a_visit(listed(other)), url="https://other.example/", redirects=((302, "https://other.example/"),))
    assert memory.look(other, led).outcome is HELD


def test_a_column_that_shares_two_rows_with_the_source_is_held():
    memory = Memory()
    memory.look(TWENTY)
    other = [row(n - 400, f"新闻动态：第{n}次工作会议召开") for n in range(18)]
    assert memory.look([*TWENTY[8:10], *other]).outcome is HELD


BROKEN = [
    "公告".encode().decode("latin-1") * 4,
    "关于公开征求细胞治疗产品意见的通知".encode().decode("gb18030", "replace"),
    "关于公开征求细胞治疗产品意见的通知".encode("gb18030").decode("latin-1"),
    "關於公開徵求細胞治療產品意見的通知".encode("big5").decode("gb18030", "replace"),
    "????????????",
    "&#20844;&#21578;&#36890;&#30693;&#20844;&#21578;",
    "\\u516c\\u544a\\u901a\\u77e5",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_text_that_nobody_wrote_is_known_as_such(text):
    assert garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "關於公開徵求細胞治療產品意見的通知", "细胞治疗产品注册审评", "鑫鑫鑭鑰生物", "Événement à l’été: thérapie génique", "再生医療等製品の承認",
        "세포치료제 허가 심사", "What is new???", "https://a.gov/%E5%85%AC a guideline on potency assays for cells", "Überwachung für Ärzte",
        "Revolução nas telas com pontos quânticos impressos em três cores", "Wrzesień 1939: pamięć września, Lwów w oczach Ślązaków",
        "Первая новость: ёжик, чай, Москва, Санкт-Петербург", "未完成みかんせい｜I'm well, the surrounded sky, looking up",
        "Клеточная терапия", "ประกาศสำนักงาน",
    ],
)  # fmt: skip
def test_a_text_in_its_own_script_is_no_garbage(text):
    assert not garbled(text)


def test_a_quarter_of_garbled_rows_makes_a_page_unreadable():
    memory = Memory()
    memory.look(TWENTY)
    mixed = [replace(d, title=d.title.encode().decode("gb18030", "replace")) for d in TWENTY[:6]] + TWENTY[6:]
    assert memory.look(mixed).state.error is ErrorClass.PARSE


# ---- records


ERRORS = [
    {"code": 500, "msg": "系统异常", "data": []},
    {"code": 401, "message": "token expired", "rows": []},
    {"success": False, "message": "busy", "result": []},
    {"status": "error", "items": []},
    {"errcode": -1, "errmsg": "system error", "list": []},
    {"error": "rate limit exceeded"},
    {"code": 1003, "msg": "访问过于频繁", "data": []},
]
QUIET = [
    {"code": 200, "msg": "操作成功", "data": []},
    {"errcode": 0, "errmsg": "ok", "list": []},
    {"status": "success", "rows": [], "error": None},
    {"code": 1001, "msg": "暂无数据", "data": []},
    {"total": 0, "items": []},
    {"code": 20000, "data": []},
]


def window() -> Memory:
    source = replace(a_source(Kind.API), list=None, api=ApiRule(), request=RequestRule(params=(("from", "{since}"),)))
    memory = Memory(source)
    memory.look(rows(3, 2, 1), a_visit('{"data": [1]}'))
    return memory


@pytest.mark.parametrize("said", ERRORS, ids=str)
def test_an_error_in_the_place_of_records_is_held_even_where_none_is_an_answer(said):
    memory = window()
    plan = memory.look([], a_visit(json.dumps(said, ensure_ascii=False)))
    assert (plan.outcome, told(plan)) == (HELD, {})
    assert calm(memory.look(rows(3, 2, 1), a_visit('{"data": [2]}')))


@pytest.mark.parametrize("said", QUIET, ids=str)
def test_an_answer_without_records_is_believed_where_none_is_an_answer(said):
    assert window().look([], a_visit(json.dumps(said, ensure_ascii=False))).outcome is OK


def whole(count: int, **more) -> list[Draft]:
    return [row(n, f"Record number {n}", guid=f"id-{n}", published_on=None, **more) for n in range(count)]


def a_file() -> Memory:
    memory = Memory(replace(a_source(Kind.API), list=None, api=ApiRule(whole=True)))
    memory.look(whole(4000))
    return memory


def test_a_tenth_of_a_long_file_edited_at_once_is_doubted_then_kept_quiet():
    memory, page = a_file(), whole(4000)
    page[:500] = [replace(d, text="status: Final") for d in page[:500]]
    assert [memory.look(page).outcome for _ in range(3)] == [HELD, HELD, OK]
    assert list(told(memory.plan)) == ["quiet updated"]


def test_some_edits_of_a_long_file_are_told():
    memory, page = a_file(), whole(4000)
    page[:60] = [replace(d, text="status: Final") for d in page[:60]]
    assert len(told(memory.look(page))["updated"]) == 60


def test_a_flood_of_new_records_in_a_long_file_is_doubted():
    memory = a_file()
    assert (
        memory.look([*whole(4000), *(row(n, f"Other {n}", guid=f"o-{n}", published_on=None) for n in range(600))]).outcome is HELD
    )


def searched() -> Memory:
    memory = Memory(a_source(terms=("细胞", "基因")))
    memory.look([*TWENTY[:15], *rows(*range(105, 100, -1))])
    return memory


def test_one_term_without_an_answer_is_no_alarm_and_removes_nothing():
    memory = searched()
    assert calm(memory.look(rows(*range(105, 100, -1))))
    assert told(memory.look([row(21), *TWENTY[:15], *rows(*range(105, 100, -1))])) == {"new": [row(21).title]}


def test_a_row_that_slides_off_one_term_is_not_gone_because_those_of_another_stand_below():
    assert told(searched().look([row(21), *TWENTY[:14], *rows(*range(105, 100, -1))])) == {"new": [row(21).title]}


def test_all_terms_without_an_answer_are_held():
    assert searched().look([]).outcome is HELD


def test_a_wall_before_one_of_several_terms_is_held():
    body = "<html><title>访问验证</title><body>请完成滑动验证</body></html>"
    drafts = TWENTY[:15]
    visit = replace(a_visit(listed(drafts)), more=(a_visit(body),))
    memory = searched()
    assert memory.look(drafts, visit).state.error is ErrorClass.BLOCKED
    assert calm(
        memory.look([*drafts, *rows(*range(105, 100, -1))], replace(a_visit(listed(drafts)), more=(a_visit(listed([])),)))
    )


# ---- empty, and how doubts end


def test_a_short_list_that_says_that_it_is_empty_is_believed_at_the_third_visit_and_stays_so():
    memory = Memory()
    memory.look(TWENTY[:2])
    none = a_visit("<html><title>Consultations</title><body><p>There are currently no open consultations.</p></body></html>")
    assert [memory.look([], none).outcome for _ in range(4)] == [HELD, HELD, OK, OK]
    assert told(memory.look([row(21), *TWENTY[:2]])) == {"new": [row(21).title]}


def test_a_long_list_that_says_that_it_is_empty_is_not_believed_by_itself():
    memory = Memory()
    memory.look(TWENTY)
    assert {memory.look([], a_visit("<html><body>暂无数据</body></html>")).outcome for _ in range(5)} == {HELD}


def test_a_list_that_a_person_lets_go_may_be_empty():
    memory = Memory()
    memory.look(TWENTY)
    memory.look([])
    memory.state = replace(memory.state, held=2, held_as="", error=None)
    assert memory.look([]).outcome is OK


def test_what_must_stand_on_a_page_outweighs_words_at_the_first_look():
    body = "<html><title>系统维护</title><body>申请人之窗系统维护安排</body></html>"
    draft = [Draft("系统维护", "https://a.gov/p", text="申请人之窗系统维护安排")]
    for wanted, outcome in (("申请人之窗", OK), (None, HELD)):
        memory = Memory(a_source(Kind.PAGE, must_match=wanted))
        assert memory.look(draft, a_visit(body), title="系统维护").outcome is outcome


def test_no_reason_has_a_gap_to_be_filled_in():
    verdict = judged(a_source(), SourceState("site"), a_visit("<title>Just a moment...</title>", NOW, 200), parsed([]), ())
    assert "status 200" in verdict.reason
    assert "{" not in verdict.reason
