"""List pages of Chinese provinces and cities, and of the Chinese press."""

from shipped.china_kit import BJ, LI, LI_DAHAN, LI_TITLED, TRS, dahan_answer, dahan_page, kw, shanghai, trs
from shipped.site import ZH, Shape, listing

LISTS: dict[str, Shape] = {
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
