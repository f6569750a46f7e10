"""How the site families of Chinese authorities write a list: TRS, 大汉, NMPA's system, jpaas, Shanghai's, and scripts."""

import json

from shipped.site import ZH, Shape, listing, page, rows

TRS = "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html"


def trs(site: str, row: str, around: str) -> Shape:
    """Static TRS list: relative links with month and day in them."""
    return listing(ZH, row, TRS, site + TRS[2:], around=around)


def nmpa(path: str) -> Shape:
    """NMPA's own system: links climb out of the column, the day stands in brackets and in the file's name."""
    row = """<li><a href="../{r}" target="_blank" title='{t}'>
        {t}
        </a> <span>({d:%Y-%m-%d})</span></li>"""
    column = path.rsplit("/", maxsplit=2)[1]
    link = column + "/{d:%Y%m%d}101512{n}.html"
    base = path.rsplit("/", maxsplit=2)[0] + "/"
    return listing(ZH, row, link, base + link, around='<div class="list"><ul><!-- 列表 -->\n{rows}\n</ul></div>')


def nhc() -> Shape:
    """NHC: month and a hash in the link."""
    link = "/wjw/gfxwj/{d:%Y%m}/0c5f{n:028x}.shtml"
    row = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span class="ml">{d:%Y-%m-%d}</span></li>'
    return listing(ZH, row, link, "https://www.nhc.gov.cn" + link, around='<ul class="zxxx_list">{rows}</ul>')


def dahan_page(host: str, col: int, record: str) -> Shape:
    """大汉 first page: the records stand as CDATA in a script of type text/xml, a stylesheet's worth of markup around them."""
    link = f"/art/{{d.year}}/{{d.month}}/{{d.day}}/art_{col}_{{n}}.html"
    inner = "".join(f"<record><![CDATA[{act.into(record, r=act.into(link))}]]></record>" for act in ZH)
    body = (
        '<div class="default_pgContainer"></div>\n<script type="text/xml"><datastore><nextgroup><![CDATA['
        f'<a href="/module/web/jpage/dataproxy.jsp?page=1&columnid={col}"></a>]]></nextgroup><recordset>{inner}</recordset></datastore></script>'
        "<script>var totalRecord = 612, perPage = 15;</script>"
    )
    expected = tuple((act.title, host + act.into(link), act.day) for act in ZH)
    return Shape(page(body), "text/html; charset=utf-8", expected)


def dahan_answer(host: str, col: int, record: str) -> Shape:
    """大汉 dataproxy: the same records as an XML answer to the window asked for."""
    link = f"/art/{{d.year}}/{{d.month}}/{{d.day}}/art_{col}_{{n}}.html"
    inner = "\n".join(f"<record><![CDATA[\n{act.into(record, r=act.into(link))}\n]]></record>" for act in ZH)
    body = f"<datastore><totalrecord>612</totalrecord><totalpage>41</totalpage><recordset>{inner}</recordset></datastore>"
    expected = tuple((act.title, host + act.into(link), act.day) for act in ZH)
    return Shape(body.encode(), "text/xml; charset=utf-8", expected)


def jpaas(row: str, around: str) -> Shape:
    """jpaas: the column's page names the unit in an attribute with single quotes, the unit answers JSON that holds HTML."""
    link = "/zwgk/zcjd/art/{d.year}/art_{n:032x}.html"
    fragment = around.replace("{rows}", rows(ZH, row, link))
    query = "{'parseType':'bulidstatic','webId':'8d8e40','tplSetId':'2097b2','pageType':'column','tagId':'右侧内容','editType':'null','pageId':'%s'}"
    shell = page(
        '<div class="clist_con"><script parseType="bulidstatic" url="/api-gateway/jpaas-publish-server/front/page/build/unit" '
        f'queryData="{query % "f6c4e1"}" src="/res/js/unitbuild.js"></script></div>'
    )
    body = json.dumps({"success": True, "code": "200", "data": {"html": fragment, "pageId": "f6c4e1"}}, ensure_ascii=False)
    expected = tuple((act.title, "https://www.miit.gov.cn" + act.into(link), act.day) for act in ZH)
    return Shape(body.encode(), "application/json;charset=UTF-8", expected, preloaded=shell)


LI = '<li><a href="{r}" target="_blank">{t}</a><span>{d:%Y-%m-%d}</span></li>'
LI_TITLED = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span>{d:%Y-%m-%d}</span></li>'
LI_BARE = '<li><a href="{r}" title="{t}">{c}</a></li>'
LI_DAHAN = '<li><span>{d:%Y-%m-%d}</span><a href="{r}" title="{t}" target="_blank">{c}</a></li>'
LI_SLASH = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span>{d:%Y/%m/%d}</span></li>'
BJ = "https://wjw.beijing.gov.cn/zwgk_20040/"


def english() -> Shape:
    """english.nmpa.gov.cn: no date but in the link, navigation links beside."""
    link = "{d:%Y-%m}/{d:%d}/c_118{n}.htm"
    around = '<ul class="menu"><li><a href="/aboutNMPA.html">About NMPA</a></li></ul><div class="list">{rows}</div>'
    row = '<h3><a target="_blank" href="{r}">{t}</a></h3>'
    return listing(ZH, row, "//english.nmpa.gov.cn/" + link, "https://english.nmpa.gov.cn/" + link, around=around)


def nhsa(col: int) -> Shape:
    """NHSA: 大汉 markup drawn into the page, day in the link."""
    link = f"/art/{{d.year}}/{{d.month}}/{{d.day}}/art_{col}_{{n}}.html"
    return listing(ZH, LI_BARE, link, "https://www.nhsa.gov.cn" + link, around='<ul class="list">{rows}</ul>')


def shanghai(host: str) -> Shape:
    """Shanghai drug administration: the day with dots beside the link."""
    row = '<li><a href="{r}" title="{t}">{c}</a><small>{d:%Y.%m.%d}</small></li>'
    link = "/zx-yp/{d:%Y%m%d}/4d6a{n:028x}.html"
    return listing(ZH, row, link, host + link, around='<ul class="uli14 pageList nowrapli borderli">{rows}</ul>')


def kw() -> Shape:
    """Beijing science commission: old 大汉, one array a field, titles with markup."""
    link = "/art/{d.year}/{d.month}/{d.day}/art_736_{n}.html"
    row = (
        "urls[i]='{r}';headers[i]=\"<font color='#333'>{t}</font>\";year[i]='{d.year}';month[i]='{d.month}';day[i]='{d.day}';i++;"
    )
    around = '<div class="left zhengce_right"><script>var urls=[],headers=[];var i=0;\n{rows}\n</script></div>'
    return listing(ZH, row, link, "http://kw.beijing.gov.cn" + link, around=around)


def cppcc() -> Shape:
    """CPPCC: an array of calls."""
    link = "/zxww/{d:%Y/%m/%d}/ARTI178{n}.shtml"
    row = "arr.push(new title_array('{r}','{t}','{d:%Y-%m-%d}'));"
    return listing(ZH, row, link, "http://www.cppcc.gov.cn" + link, around="<script>\nvar arr=[];\n{rows}\n</script>")
