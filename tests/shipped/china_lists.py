"""List pages of the national authorities of China."""

from shipped.china_kit import LI, LI_SLASH, LI_TITLED, cppcc, english, jpaas, nhc, nhsa, nmpa, trs
from shipped.site import ZH, Shape, listing

LISTS: dict[str, Shape] = {
    # national, plain
    "cn-nmpa-en-news": english(),
    "cn-nmpa-en-drugs": english(),
    "cn-nifdc-news": nmpa("https://www.nifdc.org.cn/nifdc/zxdt/index.html"),
    "cn-most-notices": trs("https://www.most.gov.cn/tztg/", LI_TITLED, '<ul class="data-list">{rows}</ul>'),
    "cn-most-work": trs("https://www.most.gov.cn/kjbgz/", LI, '<ul class="list">{rows}</ul>'),
    "cn-miit-interpretation": jpaas(
        '<li class="cf"><a href="{r}" title="{t}">{c}</a><span class="fr">{d:%Y-%m-%d}</span></li>',
        '<div class="page-content"><ul>{rows}</ul></div>',
    ),
    **{
        f"cn-miit-{column}": jpaas(LI, "<div class='lmy_main_l'><ul>{rows}</ul></div>")
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
        f"cn-nhc-{column}": nhc()
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
}
