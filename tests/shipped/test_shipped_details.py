"""The page behind a row, in the shape of each site: its text, its day where the row has none, its documents."""

import json
from datetime import date

import pytest

from cgtwatch.parse import Page
from cgtwatch.parse.document import read_article
from shipped.loaded import BY_ID
from shipped.site import NOW, page

TEXT = "为规范细胞治疗产品的研发与生产，现将有关事项通知如下，请遵照执行，并于2026年8月31日前反馈意见。"
DAY = date(2026, 7, 8)


def trs(container: str, meta: str = "") -> bytes:
    body = f'<div class="xl-nr"><h1>通知</h1><div class="share">分享到</div>{container.replace("…", f"<p>{TEXT}</p><p>{TEXT}</p>")}</div>'
    return page(body, "关于细胞治疗产品的通知").replace(b"<title>", meta.encode() + b"<title>")


def gkmlpt() -> bytes:
    content = json.dumps(f"<p>{TEXT}</p><p>{TEXT}</p>").replace("<", "\\u003C")
    config = (
        f'window._CONFIG = {{"DETAIL": {{"id": 4, "title": "通知", "content": {content}, "first_publish_time": 1783472400}}}}'
    )
    return f"<html><head><title>通知</title></head><body><div id='app'></div><script>{config}</script></body></html>".encode()


PUBLISHED = '<meta name="firstpublishedtime" content="2026-07-08-17:02:11">'
GOVCN = trs('<div id="UCAP-CONTENT">…<p><a href="W0202607081234.pdf">细胞治疗产品管理办法.pdf</a></p></div>', PUBLISHED)
FILE_AT_GOVCN = "http://www.gov.cn/zhengce/zhengceku/202607/W0202607081234.pdf"

DETAILS = {
    "cn-govcn-library-ministries": ("http://www.gov.cn/zhengce/zhengceku/202607/content_4710932.htm", GOVCN, DAY, FILE_AT_GOVCN),
    "cn-govcn-latest": ("http://www.gov.cn/zhengce/zhengceku/202607/content_4710932.htm", GOVCN, DAY, FILE_AT_GOVCN),
    "cn-gd-wsjkw": ("https://wsjkw.gd.gov.cn/gkmlpt/content/11/1/post_1.html", gkmlpt(), None, ""),
    "cn-nifdc-news": (
        "https://www.nifdc.org.cn/nifdc/zxdt/20260708101512.html",
        trs('<div class="text">…</div><div class="fujian"><a class="fujianClass" href="/directory/web/fj.docx">附件</a></div>'),
        None,
        "https://www.nifdc.org.cn/directory/web/fj.docx",
    ),
    "cn-nmpa-regulations": ("https://www.nmpa.gov.cn/xxgk/fgwj/20260708101512.html", trs('<div class="text">…</div>'), None, ""),
    "cn-miit-notices": (
        "https://www.miit.gov.cn/zwgk/wjgs/art/2026/art_0c.html",
        trs('<span id="con_time">发布时间：2026-07-08 10:12</span><div class="ccontent"><div id="con_con">…</div></div>'),
        DAY,
        "",
    ),
    "cn-cde-news-government": (
        "https://www.cde.org.cn/main/news/viewInfoCommon/0c",
        trs('<div class="news_detail_date">20260708</div><div class="news_detail_box">…</div>'),
        DAY,
        "",
    ),
    "cn-cde-guidelines-drafts": ("https://www.cde.org.cn/main/news/1", trs('<div class="new_detail_content">…</div>'), None, ""),
    "cn-npc-legislation": (
        "http://www.npc.gov.cn/npc/c2/c183/202607/x.html",
        trs('<script>var fbrq = "2026年07月08日 09:31";</script><div id="Zoom">…</div>'),
        DAY,
        "",
    ),
    "cn-ndrc-disclosure": (
        "https://zfxxgk.ndrc.gov.cn/web/iteminfo.jsp?id=1",
        trs(
            '<div class="zwgkdetail">…</div><table class="enclosure"><tr><td><a class="xxgk_list1" href="/upload/1.pdf">1.pdf</a></td></tr></table>'
        ),
        None,
        "https://zfxxgk.ndrc.gov.cn/upload/1.pdf",
    ),
    "cn-bj-wjw-notices": (
        "https://wjw.beijing.gov.cn/zwgk_20040/tzgg/202607/t20260708_1.html",
        trs('<div class="view">…</div>'),
        None,
        "",
    ),
    "cn-sh-yjj-general": ("https://yjj.sh.gov.cn/zx-yp/20260708/4d.html", trs('<div id="ivs_content">…</div>'), None, ""),
    "cn-sh-pudong-disclosure": ("https://www.pudong.gov.cn/zwgk/1.html", trs('<div id="ivs_content">…</div>'), None, ""),
    "cn-gd-sz-notices": (
        "http://www.sz.gov.cn/cn/xxgk/zfxxgj/tzgg/content/post_1.html",
        trs(
            '<div class="tit"><h1>通知</h1><p><span>来源：市政府</span><span>信息提供日期：2026-07-08</span></p></div>'
            '<div class="news_cont_d_wrap">…</div><div class="fjdown"><a href="/attachment/1/2/3.pdf">附件1.pdf</a></div>'
        ),
        DAY,
        "http://www.sz.gov.cn/attachment/1/2/3.pdf",
    ),
    "cn-zj-gov-documents": ("https://www.zj.gov.cn/art/2026/7/8/art_1229019364_1.html", trs('<div id="zoom">…</div>'), None, ""),
    "cn-js-sz-notices": (
        "https://www.suzhou.gov.cn/szsrmzf/zwgg/202607/0c.shtml",
        trs("<ucaptitle>通知</ucaptitle><publishtime>2026-07-08 10:00</publishtime><ucapcontent>…</ucapcontent>"),
        DAY,
        "",
    ),
    "cn-cppcc-news": (
        "http://www.cppcc.gov.cn/zxww/2026/07/08/ARTI1.shtml",
        trs('<div class="cnt_box"><div class="con">…</div></div>'),
        None,
        "",
    ),
    "tw-mohw-clarification": (
        "https://www.mohw.gov.tw/cp-17-1-1.html",
        trs("<article>…</article>", '<meta name="DC.Date" datetime="2026-07-08" content="x">'),
        DAY,
        "",
    ),
    "hk-dh-press": ("https://www.dh.gov.hk/textonly/tc_chi/press/2026/1.html", trs('<div id="pressrelease">…</div>'), None, ""),
    "gb-mhra-guidance": (
        "https://www.gov.uk/government/publications/atmp-1",
        trs(
            '<main><h3 class="gem-c-attachment__title"><a href="https://assets.publishing.service.gov.uk/media/1/atmp.pdf">ATMP</a></h3>'
            '<div class="govspeak">…</div></main>'
        ),
        None,
        "https://assets.publishing.service.gov.uk/media/1/atmp.pdf",
    ),
}


@pytest.mark.parametrize("name", sorted(DETAILS))
def test_the_page_behind_a_row_gives_its_text_and_what_the_row_lacks(name):
    url, body, day, document = DETAILS[name]
    article = read_article(BY_ID[name], Page(body, url, "text/html", None, NOW))
    assert article.text.count(TEXT) == 2
    assert "网站地图" not in article.text
    assert "分享到" not in article.text
    assert article.warnings == ()
    assert day is None or article.published_on == day  # where the row has the day, it counts
    assert [one.url for one in article.attachments] == ([document] if document else [])
