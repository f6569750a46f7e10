"""List pages of Chinese authorities, each with its own markup: TRS, 大汉, NMPA's, jpaas, Shanghai's and hand-made ones."""

from shipped.site import ZH, Act, Shape, listing, page, rows

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


def nhc(path: str) -> Shape:
    """NHC: month and a hash in the link."""
    link = "/wjw/gfxwj/{d:%Y%m}/0c5f{n:028x}.shtml"
    row = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span class="ml">{d:%Y-%m-%d}</span></li>'
    del path
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


def jpaas(row: str, around: str, page_path: str) -> Shape:
    """jpaas: the column's page names the unit in an attribute with single quotes, the unit answers JSON that holds HTML."""
    import json

    link = "/zwgk/zcjd/art/{d.year}/art_{n:032x}.html"
    fragment = around.replace("{rows}", rows(ZH, row, link))
    query = "{'parseType':'bulidstatic','webId':'8d8e40','tplSetId':'2097b2','pageType':'column','tagId':'右侧内容','editType':'null','pageId':'%s'}"
    shell = page(
        '<div class="clist_con"><script parseType="bulidstatic" url="/api-gateway/jpaas-publish-server/front/page/build/unit" '
        f'queryData="{query % "f6c4e1"}" src="/res/js/unitbuild.js"></script></div>'
    )
    del page_path
    body = json.dumps({"success": True, "code": "200", "data": {"html": fragment, "pageId": "f6c4e1"}}, ensure_ascii=False)
    expected = tuple((act.title, "https://www.miit.gov.cn" + act.into(link), act.day) for act in ZH)
    return Shape(body.encode(), "application/json;charset=UTF-8", expected, preloaded=shell)


LI = '<li><a href="{r}" target="_blank">{t}</a><span>{d:%Y-%m-%d}</span></li>'
LI_TITLED = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span>{d:%Y-%m-%d}</span></li>'
LI_BARE = '<li><a href="{r}" title="{t}">{c}</a></li>'
LI_DAHAN = '<li><span>{d:%Y-%m-%d}</span><a href="{r}" title="{t}" target="_blank">{c}</a></li>'
LI_SLASH = '<li><a href="{r}" target="_blank" title="{t}">{c}</a><span>{d:%Y/%m/%d}</span></li>'
BJ = "https://wjw.beijing.gov.cn/zwgk_20040/"


def english(url: str) -> Shape:
    """english.nmpa.gov.cn: no date but in the link, navigation links beside."""
    link = "{d:%Y-%m}/{d:%d}/c_118{n}.htm"
    around = '<ul class="menu"><li><a href="/aboutNMPA.html">About NMPA</a></li></ul><div class="list">{rows}</div>'
    row = '<h3><a target="_blank" href="{r}">{t}</a></h3>'
    del url
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


LISTS: dict[str, Shape] = {
    # national, plain
    "cn-nmpa-en-news": english("news"),
    "cn-nmpa-en-drugs": english("drugs"),
    "cn-nifdc-news": nmpa("https://www.nifdc.org.cn/nifdc/zxdt/index.html"),
    "cn-most-notices": trs("https://www.most.gov.cn/tztg/", LI_TITLED, '<ul class="data-list">{rows}</ul>'),
    "cn-most-work": trs("https://www.most.gov.cn/kjbgz/", LI, '<ul class="list">{rows}</ul>'),
    "cn-miit-interpretation": jpaas(
        '<li class="cf"><a href="{r}" title="{t}">{c}</a><span class="fr">{d:%Y-%m-%d}</span></li>',
        '<div class="page-content"><ul>{rows}</ul></div>',
        "zwgk/zcjd",
    ),
    **{
        f"cn-miit-{column}": jpaas(LI, "<div class='lmy_main_l'><ul>{rows}</ul></div>", column)
        for column in ("consultations", "notices", "documents", "consumer-goods")
    },
    "cn-ndrc-news": trs(
        "https://www.ndrc.gov.cn/xwdt/xwfb/",
        LI_SLASH.replace("{c}", "{t}"),
        '<ul class="u-list">{rows}<li class="empty"></li></ul>',
    ),
    "cn-ndrc-notices": trs("https://www.ndrc.gov.cn/xxgk/zcfb/tz/", LI_SLASH, '<ul class="u-list">{rows}</ul>'),
    "cn-ndrc-disclosure": listing(
        ZH,
        '<tr><td>{n}</td><td><a class="xxgk_list1" href="{r}" target="_blank">{t}</a></td><td>国家发展改革委</td><td>{d:%Y-%m-%d}</td></tr>',
        "/web/iteminfo.jsp?id={n}",
        "https://zfxxgk.ndrc.gov.cn/web/iteminfo.jsp?id={n}",
        around='<div class="zwxxkg-result"><table><tr><th>序号</th><th>标题</th><th>机构</th><th>日期</th></tr>{rows}</table></div>',
    ),
    "cn-nhsa-policy": nhsa(104),
    "cn-nhsa-news": nhsa(14),
    "cn-govcn-latest": listing(
        ZH,
        '<li><h4><a href="{r}" target="_blank">{t}</a></h4></li>',
        "https://www.gov.cn/zhengce/content/{d:%Y%m}/content_{n}.htm",
        "https://www.gov.cn/zhengce/content/{d:%Y%m}/content_{n}.htm",
        around='<h4><a href="/zhengce/index.htm">更多</a></h4><ul>{rows}</ul>',
        dated=False,
    ),
    "cn-govcn-library-html": listing(
        ZH,
        '<li><h4><a href="{r}" target="_blank">{t}</a><span class="date">{d:%Y-%m-%d}</span></h4></li><li class="line"></li>',
        "../zhengceku/{d:%Y%m}/content_{n}.htm",
        "https://www.gov.cn/zhengce/zhengceku/zhengceku/{d:%Y%m}/content_{n}.htm",
        around='<div class="news_box"><div class="list"><ul>{rows}</ul></div></div>',
    ),
    "cn-govcn-ministries-news": listing(
        ZH,
        '<li><h4><a href="{r}" target="_blank">{t}</a><span class="date">{d:%Y-%m-%d}</span></h4></li><li class="line"></li>',
        "./{d:%Y%m}/content_{n}.htm",
        "https://www.gov.cn/lianbo/bumen/{d:%Y%m}/content_{n}.htm",
        around='<div class="news_box"><div class="list"><ul>{rows}</ul></div></div>',
    ),
    "cn-npc-legislation": listing(
        ZH,
        '<li><a href="{r}" target="_blank">{t}</a></li>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "http://www.npc.gov.cn/npc/c2/c183/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<div class="clist"><ul>{rows}</ul></div>',
    ),
    "cn-cppcc-news": cppcc(),
    "cn-moj-drafts": listing(
        ZH,
        '<li><a href="{r}" target="_blank">{t}</a><div class="rightData">{d:%Y-%m-%d}</div></li>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "https://www.moj.gov.cn/lfyjzj/lflfyjzj/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<ul class="newsMsgList_zzy">{rows}</ul>',
    ),
    "cn-mofcom-policy": listing(
        ZH,
        '<li><a href="{r}" target="_blank">{t}</a></li>',
        "/zcfb/zc/art/{d.year}/art_{n:032x}.html",
        "https://www.mofcom.gov.cn/zcfb/zc/art/{d.year}/art_{n:032x}.html",
        around='<a href="/zcfb/index.html">政策发布</a><ul class="txtList_01">{rows}</ul>',
        dated=False,
    ),
    # national, in a browser: what the page holds once it is drawn
    "cn-nmpa-announcements": nmpa("https://www.nmpa.gov.cn/xxgk/ggtg/index.html"),
    "cn-nmpa-announcements-drugs": nmpa("https://www.nmpa.gov.cn/xxgk/ggtg/ypggtg/index.html"),
    "cn-nmpa-regulations": nmpa("https://www.nmpa.gov.cn/xxgk/fgwj/index.html"),
    "cn-nmpa-interpretation": nmpa("https://www.nmpa.gov.cn/xxgk/zhcjd/index.html"),
    "cn-nmpa-consultations": nmpa("https://www.nmpa.gov.cn/xxgk/zhqyj/zhqyjyp/index.html"),
    "cn-nmpa-news": nmpa("https://www.nmpa.gov.cn/yaowen/ypjgyw/index.html"),
    "cn-nmpa-drugs": nmpa("https://www.nmpa.gov.cn/yaopin/index.html"),
    "cn-nmpa-replies": nmpa("https://www.nmpa.gov.cn/zwgk/jyta/index.html"),
    "cn-cmde-news": nmpa("https://www.cmde.org.cn/xwdt/zxyw/index.html"),
    **{
        f"cn-nhc-{column}": nhc(column)
        for column in (
            "normative",
            "policy-documents",
            "interpretation",
            "news",
            "replies-npc",
            "replies-cppcc",
            "science-education",
        )
    },
    "cn-cfdi-notices": listing(
        ZH,
        '<li><a href="{r}"><p class="content">{t}</p><p class="datatime">{d:%Y-%m-%d}</p></a></li>',
        "/cfdi/resource/news/{n}.html",
        "https://www.cfdi.org.cn/cfdi/resource/news/{n}.html",
        around='<div class="page-lst-box"><ul>{rows}</ul></div>',
        charset="gbk",
    ),
    # Beijing
    "cn-bj-wjw-notices": trs(BJ + "tzgg/", LI_TITLED, '<ul class="list">{rows}</ul>'),
    "cn-bj-wjw-medical": trs(BJ + "ylws/", LI_TITLED, '<ul class="list">{rows}</ul>'),
    "cn-bj-wjw-other": trs(BJ + "qt/", LI_TITLED, '<ul class="list">{rows}</ul>'),
    "cn-bj-wjw-news": listing(
        ZH,
        '<div class="weinei_left_con_line"><div class="x"><a href="{r}" title="{t}">{t}</a></div>'
        '<div class="weinei_left_con_line_date">{d:%Y-%m-%d}</div></div>',
        TRS,
        "https://wjw.beijing.gov.cn/xwzx_20031/wnxw/" + TRS[2:],
        around='<div class="weinei_left_con">{rows}</div>',
    ),
    "cn-bj-yjj-notices": listing(
        ZH,
        '<p class="article-title xinwen"><a href="{r}">{t}</a><span>{d:%Y-%m-%d}</span></p>',
        "/yjj/zwgk20/tz7/{n}/index.html",
        "https://yjj.beijing.gov.cn/yjj/zwgk20/tz7/{n}/index.html",
    ),
    "cn-bj-kw-policy": kw(),
    "cn-bj-gov-policy": trs("https://www.beijing.gov.cn/zhengce/zhengcefagui/", LI_TITLED, '<ul class="list">{rows}</ul>'),
    # Shanghai
    "cn-sh-yjj-general": shanghai("https://yjj.sh.gov.cn"),
    "cn-sh-yjj-other-docs": shanghai("https://yjj.sh.gov.cn"),
    "cn-sh-fgw-latest": listing(
        ZH,
        '<li><a href="{r}" title="{t}">{c}</a><span class="time">{d:%Y-%m-%d}</span></li>',
        "/fgw_zxxxgk/{d:%Y%m%d}/9b1c{n:028x}.html",
        "https://fgw.sh.gov.cn/fgw_zxxxgk/{d:%Y%m%d}/9b1c{n:028x}.html",
        around='<ul class="nowrapli">{rows}</ul>',
    ),
    "cn-sh-wsjkw-notices": listing(
        ZH,
        LI_TITLED,
        "/tzgg/{d:%Y%m%d}/{n:032x}.html",
        "https://wsjkw.sh.gov.cn/tzgg/{d:%Y%m%d}/{n:032x}.html",
        around='<ul class="uli16 nowrapli list-date">{rows}</ul>',
    ),
    "cn-sh-gov-documents": listing(
        ZH,
        LI_TITLED,
        "/nw12344/{d:%Y%m%d}/{n:032x}.html",
        "https://www.shanghai.gov.cn/nw12344/{d:%Y%m%d}/{n:032x}.html",
        around='<ul class="uli16 nowrapli list-date">{rows}</ul>',
    ),
    # Guangdong
    "cn-gd-mpa-documents": listing(
        ZH,
        LI,
        "http://mpa.gd.gov.cn/zwgk/gzwj/content/post_{n}.html",
        "http://mpa.gd.gov.cn/zwgk/gzwj/content/post_{n}.html",
        around='<ul class="infoList">{rows}</ul>',
    ),
    "cn-gd-mpa-notices": listing(
        ZH,
        LI,
        "http://mpa.gd.gov.cn/xwdt/tzgg/content/post_{n}.html",
        "http://mpa.gd.gov.cn/xwdt/tzgg/content/post_{n}.html",
        around='<ul class="infoList">{rows}</ul>',
    ),
    "cn-gd-gz-interpretation": listing(
        ZH,
        LI_TITLED,
        "https://www.gz.gov.cn/zwgk/zcjd/zcjd/content/post_{n}.html",
        "https://www.gz.gov.cn/zwgk/zcjd/zcjd/content/post_{n}.html",
        around='<ul class="news_list">{rows}</ul>',
    ),
    "cn-gd-sz-notices": listing(
        ZH,
        '<li><span class="tit"><a href="{r}">{t}</a></span></li>',
        "http://www.sz.gov.cn/cn/xxgk/zfxxgj/tzgg/content/post_{n}.html",
        "http://www.sz.gov.cn/cn/xxgk/zfxxgj/tzgg/content/post_{n}.html",
        around='<div class="zx_ml_list"><ul>{rows}</ul></div>',
        dated=False,
    ),
    # Zhejiang, Jiangsu, Shandong: 大汉
    "cn-zj-wsjkw": dahan_answer("https://wsjkw.zj.gov.cn", 1229123469, LI_DAHAN),
    "cn-zj-mpa-column": dahan_answer("http://mpa.zj.gov.cn", 1228972439, LI_DAHAN),
    "cn-zj-gov-documents": dahan_page("https://www.zj.gov.cn", 1229019364, LI_DAHAN.replace("{c}", "{t}")),
    "cn-js-da-notices": dahan_page(
        "https://da.jiangsu.gov.cn",
        84624,
        '<tr><td><a class="bt_link" href="{r}" target="_blank">·{t}</a></td><td><font color="808080">{d:%Y-%m-%d}</font></td></tr>',
    ),
    "cn-js-wjw-documents": dahan_page("http://wjw.jiangsu.gov.cn", 7408, LI_DAHAN),
    "cn-sd-mpa-column": dahan_answer("http://mpa.shandong.gov.cn", 308865, LI_DAHAN),
    "cn-sd-wsjkw-notices": trs("http://wsjkw.shandong.gov.cn/wzxxgk/tzwj/", LI, '<ul class="news-list">{rows}</ul>'),
    # other provinces
    "cn-hn-mpa-notices": listing(
        ZH,
        '<li><a href="{r}" target="_blank"><span>{t}</span><span>{d:%Y-%m-%d}</span></a></li>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "http://mpa.hunan.gov.cn/mpa/xxgk/tzgg/wjtz/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<div class="main_right_text"><ul>{rows}</ul></div>',
    ),
    "cn-hn-wjw-plans": listing(
        ZH,
        '<tr><td>{n}</td><td><a href="{r}">{t}</a></td><td>{d:%Y-%m-%d}</td></tr>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "http://wjw.hunan.gov.cn/wjw/xxgk/ghjh/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<table class="table_list_st">{rows}</table>',
    ),
    "cn-hi-mpa": listing(
        ZH,
        '<li><em>{d:%Y-%m-%d}</em><a href="{r}">{t}</a></li>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "https://amr.hainan.gov.cn/himpa/xxgk/jdjc/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<ul class="flfg_038-01">{rows}</ul>',
    ),
    "cn-hi-wst-documents": listing(
        ZH,
        '<tr><td><a href="{r}">{t}</a></td><td>{d:%Y-%m-%d}</td></tr>',
        "/swjw/xxgk/0200/0202/{d:%Y%m}/{n:032x}.shtml",
        "http://wst.hainan.gov.cn/swjw/xxgk/0200/0202/{d:%Y%m}/{n:032x}.shtml",
        around='<table id="tablist">{rows}</table>',
    ),
    "cn-hi-gov-documents": listing(
        ZH,
        '<div class="list_div"><div class="list-right_title"><a href="{r}">{t}</a></div>'
        '<table><tr><td align="left">发布时间：{d:%Y-%m-%d}</td><td align="right">文号：琼府〔2026〕{n}号</td></tr></table></div>',
        "/hainan/szfwj/{d:%Y%m}/{n:032x}.shtml",
        "https://www.hainan.gov.cn/hainan/szfwj/{d:%Y%m}/{n:032x}.shtml",
    ),
    "cn-tj-yj-notices": listing(
        ZH,
        LI,
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "https://scjg.tj.gov.cn/tjsscjdglwyh_52651/tjyj/XWDT149660/TG149685/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<ul class="news_list">{rows}</ul>',
    ),
    "cn-tj-ftz-notices": listing(
        ZH,
        '<li><div class="layui-row"><a href="{r}" title="{t}">{c}</a><span>{d:%Y-%m-%d}</span></div></li>',
        "/contents/6302/{n}.html",
        "https://www.tjftz.gov.cn/contents/6302/{n}.html",
        around='<div id="sec_right"><ul>{rows}</ul></div>',
    ),
    "cn-yn-mpa-disclosure": listing(
        ZH,
        LI,
        "/newsite/ZwgkNewsView.aspx?ID=5be1{n}",
        "http://mpa.yn.gov.cn/newsite/ZwgkNewsView.aspx?ID=5be1{n}",
        around='<ul class="zfxxgnewlist">{rows}</ul>',
    ),
    "cn-yn-wsjkw-documents": listing(
        ZH,
        LI,
        "/wjwWebsite/web/doc/UU178{n}",
        "http://ynswsjkw.yn.gov.cn/wjwWebsite/web/doc/UU178{n}",
        around='<div class="theSimilar"><ul>{rows}</ul></div>',
    ),
    "cn-sc-wsjkw-policy": listing(
        ZH,
        LI,
        "/scwsjkw/zcwj11/{d.year}/{d.month}/{d.day}/{n:032x}.shtml",
        "http://wsjkw.sc.gov.cn/scwsjkw/zcwj11/{d.year}/{d.month}/{d.day}/{n:032x}.shtml",
        around='<div class="wy_contMain"><ul>{rows}</ul></div>',
    ),
    "cn-cq-yjj-policy": listing(
        ZH,
        '<li><a href="{r}" title="{t}"><span>{c}</span><span>{d:%Y-%m-%d}</span></a></li>',
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        "http://yaojianju.cq.gov.cn/zwgk_217/fdzdgknr/zcwj/qtwj/{d:%Y%m}/t{d:%Y%m%d}_{n}.html",
        around='<ul class="nr-list">{rows}</ul>',
    ),
    "cn-ah-mpa-disclosure": listing(
        ZH,
        LI,
        "https://mpa.ah.gov.cn/public/content/{n}",
        "https://mpa.ah.gov.cn/public/content/{n}",
        around='<ul class="clearfix xxgk_nav_list">{rows}</ul>',
    ),
    "cn-sn-kjt": listing(
        ZH,
        '<li><span>{d:%Y-%m-%d}</span><a href="{r}">{t}</a></li>',
        "/view/iView.jsp?id={n}",
        "https://kjt.shaanxi.gov.cn/view/iView.jsp?id={n}",
        around='<ul class="textlist">{rows}</ul>',
    ),
    "cn-hb-mpa": listing(
        ZH,
        LI,
        "./{d:%Y%m}/t{d:%Y%m%d}_{n}.shtml",
        "http://mpa.hubei.gov.cn/zfxxgk/fdzdgknr/cpzh/{d:%Y%m}/t{d:%Y%m%d}_{n}.shtml",
        around='<div class="fatherright fl"><ul>{rows}</ul></div>',
    ),
    # news
    "news-medsci": listing(
        ZH,
        '<div class="card"><div class="title"><a class="ms-link" href="{r}">{t}</a></div></div>',
        "https://www.medsci.cn/article/show_article.do?id=9f1c{n}",
        "https://www.medsci.cn/article/show_article.do?id=9f1c{n}",
        around='<div id="articleList">{rows}</div>',
        dated=False,
    ),
    "news-biodiscover": listing(
        ZH,
        '<div class="newList_box"><h2><a href="{r}">{t}</a></h2><p>{c}</p>'
        '<div class="news_flow_tag"><span class="times">{d:%Y-%m-%d}</span></div></div>',
        "/news/research/{n}.html",
        "http://www.biodiscover.com/news/research/{n}.html",
        around='<div class="new_list">{rows}</div>',
    ),
    "news-cnpharm": listing(
        ZH,
        '<li><a href="{r}">{t}</a></li>',
        "/c/{d:%Y-%m-%d}/{n}.shtml",
        "http://www.cnpharm.com/c/{d:%Y-%m-%d}/{n}.shtml",
        around='<input type="hidden" id="PageCount" value="20"><ul id="Recommend">{rows}</ul>',
    ),
}

__all__ = ["LISTS", "Act"]
