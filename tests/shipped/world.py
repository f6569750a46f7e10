"""Lists, feeds and watched pages outside China, and news: RSS, Atom, RDF, tables, and pages that are compared as a whole."""

from html import escape

from shipped.site import DE, EN, HANT, JA, KO, PT, ZH, Act, Shape, found, listing, page


def rss(acts: tuple[Act, ...], at: str, *, zone: str = "GMT", guid: bool = True, extra: str = "") -> Shape:
    """RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(act.title)}</title><link>{escape(act.into(at))}</link><description>&lt;p&gt;…&lt;/p&gt;</description>"
        f"<pubDate>{act.day:%a, %d %b %Y} 10:02:58 {zone}</pubDate>"
        + (f'<guid isPermaLink="true">{escape(act.into(at))}</guid>' if guid else "")
        + f"{extra}</item>"
        for act in acts
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
        f"<title>News</title><link>https://www.example.org/</link>{items}</channel></rss>"
    )
    return Shape(body.encode(), "application/rss+xml", found(acts, at))


def govuk_atom(acts: tuple[Act, ...] = EN) -> Shape:
    """Atom of GOV.UK: the time of the change is all there is."""
    at = "https://www.gov.uk/government/publications/atmp-{n}"
    entries = "".join(
        f"<entry><id>{act.into(at)}#{act.day}</id><updated>{act.day}T10:00:03+01:00</updated><title>{escape(act.title)}</title>"
        f'<link href="{act.into(at)}" rel="alternate" type="text/html"/><summary type="html">Updated the guidance</summary></entry>'
        for act in acts
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><feed xml:lang="en-GB" xmlns="http://www.w3.org/2005/Atom"><title>Activity on GOV.UK</title>'
    return Shape(f"{head}{entries}</feed>".encode(), "application/atom+xml", found(acts, at))


def canada_atom() -> Shape:
    """Atom of Health Canada: published and updated."""
    at = "https://www.canada.ca/en/health-canada/news/{d.year}/{d:%m}/news-{n}.html"
    entries = "".join(
        f'<entry><title type="html"><![CDATA[{act.title}]]></title><link href="{act.into(at)}"/><id>{act.into(at)}</id>'
        f"<published>{act.day}T12:00:00Z</published><updated>{act.day}T12:00:00Z</updated><summary>…</summary></entry>"
        for act in EN
    )
    head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Health Canada</title>'
    return Shape(f"{head}{entries}</feed>".encode(), "application/atom+xml", found(EN, at))


def rdf(acts: tuple[Act, ...], at: str) -> Shape:
    """RSS 1.0 with the day in dc:date."""
    items = "".join(
        f'<item rdf:about="{act.into(at)}"><title>{act.title}</title><link>{act.into(at)}</link><dc:date>{act.day}T14:00:00+09:00</dc:date></item>'
        for act in acts
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xml:lang="ja">'
        f'<channel rdf:about="https://www.example.org/"><title>新着情報</title><link>https://www.example.org/</link></channel>{items}</rdf:RDF>'
    )
    return Shape(body.encode(), "application/xml", found(acts, at))


def google(acts: tuple[Act, ...]) -> Shape:
    """Google News: redirects as links, the paper's name apart."""
    source = '<source url="https://www.example.org">Example Daily</source>'
    return rss(acts, "https://news.google.com/rss/articles/CBMi{n}?oc=5", guid=False, extra=source)


def mfds() -> Shape:
    return rss(KO, "https://www.mfds.go.kr/brd/m_99/view.do?seq={n}", zone="+0900", guid=False)


def fda(section: str) -> Shape:
    """FDA's feeds: the zone by its name, links without https."""
    return rss(EN, f"http://www.fda.gov/{section}/item-{{n}}", zone="EDT")


def hsa() -> Shape:
    """HSA (Isomer Next): records inside the page's own script, quotes escaped."""
    link = "/announcements/regulatory-updates/{n}/"
    record = (
        '{{"id":"{n}","title":"{t}","description":"…","date":"$D{d:%Y-%m-%d}T00:00:00.000Z","category":"Updates",'
        '"permalink":"{r}"}}'
    )
    records = ",".join(act.into(record, r=act.into(link)) for act in EN)
    script = '<script>self.__next_f.push([1,"a:{\\"items\\":[' + records.replace('"', '\\"') + ']}"])</script>'
    return Shape(page(script, "Announcements"), "text/html; charset=utf-8", found(EN, "https://www.hsa.gov.sg" + link))


def tfda() -> Shape:
    row = '<tr><td>{n}</td><td><a href="{r}" title="{t}">{t}</a></td><td>{d:%Y-%m-%d}</td></tr>'
    around = '<table class="listTable"><tr><th>編號</th><th>標題</th><th>發布日期</th></tr>{rows}</table>'
    return listing(
        HANT, row, "newsContent.aspx?cid=4&id={n}", "https://www.fda.gov.tw/tc/newsContent.aspx?cid=4&id={n}", around=around
    )


PDF_ROW = '<tr><td>{n}</td><td><a href="{r}">{t}</a></td><td>PDF</td></tr>'
PDF_AT = "/opencms/resources/UploadCDSCOWeb/2018/UploadApprovalNewDrugs/{n}.pdf"

LISTS: dict[str, Shape] = {
    "us-fda-warning-letters": listing(
        EN,
        '<tr><td><time datetime="{d:%Y-%m-%d}T04:00:00Z">{d:%m/%d/%Y}</time></td><td>06/12/2026</td><td><a href="{r}">{t}</a></td>'
        "<td>Center for Biologics Evaluation and Research (CBER)</td><td>HCT/Ps</td></tr>",
        "/inspections-compliance-enforcement-and-criminal-investigations/warning-letters/clinic-{n}",
        "https://www.fda.gov/inspections-compliance-enforcement-and-criminal-investigations/warning-letters/clinic-{n}",
        around='<table id="datatable"><thead><tr><th>Posted Date</th><th>Letter Issue Date</th><th><a href="#">Company</a></th></tr></thead>'
        "<tbody>{rows}</tbody></table>",
    ),
    "sg-hsa-announcements": hsa(),
    "tw-tfda-news": tfda(),
    "tw-mohw-clarification": listing(
        HANT,
        '<li><a href="{r}" title="{t}">{t}</a></li>',
        "cp-17-{n}-1.html",
        "https://www.mohw.gov.tw/cp-17-{n}-1.html",
        around='<section class="list01"><ul>{rows}</ul></section>',
        dated=False,
    ),
    "hk-dh-press": listing(
        HANT,
        '<tr><td headers="title"><a href="{r}">{t}</a></td><td headers="date">{d.year}年{d.month}月{d.day}日</td></tr>',
        "2026/{n}.html",
        "https://www.dh.gov.hk/textonly/tc_chi/press/2026/{n}.html",
        around='<table><tr><th id="title">標題</th><th id="date">日期</th></tr>{rows}</table>',
    ),
    "in-cdsco-approvals": listing(
        EN, PDF_ROW, PDF_AT, "https://www.cdsco.gov.in" + PDF_AT, around="<table>{rows}</table>", dated=False
    ),
    "in-cdsco-notices": listing(
        EN, PDF_ROW, PDF_AT, "https://cdsco.gov.in" + PDF_AT, around="<table>{rows}</table>", dated=False
    ),
}

FEEDS: dict[str, Shape] = {
    "bridge-rsshub": rss(ZH, "https://www.nmpa.gov.cn/xxgk/ggtg/ypggtg/ypqtggtg/{d:%Y%m%d}101512{n}.html"),
    "bridge-cde-drafts": rss(ZH, "https://www.cde.org.cn/main/news/viewInfoCommon/{n:032x}"),
    "bridge-cde-guidelines": rss(ZH, "https://www.cde.org.cn/main/news/viewInfoCommon/{n:032x}"),
    "bridge-cmde-news": rss(ZH, "https://www.cmde.org.cn/xwdt/zxyw/{d:%Y%m%d}101512{n}.html"),
    "us-fda-press": fda("news-events/press-announcements"),
    "us-fda-biologics-new": fda("vaccines-blood-biologics"),
    "us-fda-medwatch": fda("safety/medical-product-safety-information"),
    "us-fda-drugs-new": fda("drugs"),
    "us-fda-recalls": fda("safety/recalls-market-withdrawals-safety-alerts"),
    "us-fr-cgt-rss": rss(EN, "https://www.federalregister.gov/documents/{d:%Y/%m/%d}/2026-{n}/cellular-products"),
    "us-nih-news": rss(EN, "https://www.nih.gov/news-events/news-releases/{n}", zone="-0400"),
    "us-cms-newsroom": rss(EN, "https://www.cms.gov/newsroom/press-releases/{n}", zone="+0000"),
    "eu-ema-news-rss": rss(EN, "https://www.ema.europa.eu/en/news/{n}", zone="+0200"),
    "eu-ec-sante-news": rss(EN, "https://ec.europa.eu/newsroom/sante/items/{n}/en", zone="+0200"),
    "eu-ec-health-site": rss(EN, "https://health.ec.europa.eu/latest-updates/{n}_en", zone="+0200"),
    "eu-eurlex-oj-l": rss(EN, "http://data.europa.eu/eli/reg/{d.year}/{n}/oj"),
    **{
        name: govuk_atom()
        for name in (
            "gb-mhra-all",
            "gb-mhra-policy",
            "gb-mhra-news",
            "gb-mhra-guidance",
            "gb-mhra-alerts",
            "gb-mhra-drug-safety-update",
            "gb-dhsc",
        )
    },
    "gb-nice-guidance": rss(EN, "https://www.nice.org.uk/guidance/ta{n}"),
    "jp-pmda-en": rdf(EN, "https://www.pmda.go.jp/english/{n}.html"),
    "jp-pmda-ja": rdf(JA, "https://www.pmda.go.jp/review-services/{n}.html"),
    "jp-pmda-review": rdf(JA, "https://www.pmda.go.jp/review-services/{n}.html"),
    "jp-pmda-standards": rdf(JA, "https://www.pmda.go.jp/rs-std-jp/{n}.html"),
    "jp-mhlw-news": rdf(JA, "https://www.mhlw.go.jp/stf/newpage_{n}.html"),
    **{
        f"kr-mfds-{board}": mfds()
        for board in ("press", "guides", "applicant-guides", "legislative-notice", "revised-notices", "acts", "safety-letters")
    },
    "kr-mohw-press": rss(KO, "https://www.mohw.go.kr/board.es?mid=a10503000000&bid=0027&list_no={n}", zone="+0900", guid=False),
    "au-tga-articles": rss(EN, "https://www.tga.gov.au/news/article-{n}", zone="+1000"),
    "au-tga-publications": rss(EN, "https://www.tga.gov.au/resources/publication-{n}", zone="+1000"),
    "au-tga-alerts": rss(EN, "https://www.tga.gov.au/safety/alert-{n}", zone="+1000"),
    "ca-hc-news": canada_atom(),
    "ca-hc-recalls": rss(EN, "https://recalls-rappels.canada.ca/en/alert-recall/{n}", zone="-0400"),
    "ch-swissmedic-new": rss(EN, "https://www.swissmedic.ch/swissmedic/en/home/news/mitteilungen/{n}.html"),
    "de-bfarm-press": rss(DE, "https://www.bfarm.de/SharedDocs/Pressemitteilungen/DE/{d.year}/pm{n}.html", zone="+0200"),
    "br-anvisa-news": rss(PT, "https://www.gov.br/anvisa/pt-br/assuntos/noticias-anvisa/{d.year}/{n}", zone="-0300"),
    "int-who-news": rss(EN, "https://www.who.int/news/item/{d:%d-%m-%Y}-item-{n}", zone="Z"),
    "news-cls-telegraph": rss(ZH, "https://www.cls.cn/detail/{n}"),
    "news-google-zh-cgt": google(ZH),
    "news-google-en-cgt": google(EN),
    "news-google-site-bridge": google(EN),
    "news-bing-rss": rss(ZH, "https://www.example.org/{n}.html", guid=False),
    "news-stat": rss(EN, "https://www.statnews.com/{d:%Y/%m/%d}/item-{n}/", zone="+0000"),
    "news-stat-biotech": rss(EN, "https://www.statnews.com/{d:%Y/%m/%d}/item-{n}/", zone="+0000"),
    "news-stat-policy": rss(EN, "https://www.statnews.com/{d:%Y/%m/%d}/item-{n}/", zone="+0000"),
    "news-fierce-pharma": rss(EN, "https://www.fiercepharma.com/pharma/item-{n}"),
    "news-fierce-biotech": rss(EN, "https://www.fiercebiotech.com/biotech/item-{n}"),
    "news-biopharmadive": rss(EN, "https://www.biopharmadive.com/news/item/{n}/", zone="-0400"),
    "news-gen": rss(EN, "https://www.genengnews.com/topics/item-{n}/", zone="+0000"),
    "news-labiotech": rss(EN, "https://www.labiotech.eu/trends-news/item-{n}/", zone="+0000"),
    "news-nature-biotech": rdf(EN, "https://www.nature.com/articles/s41587-026-{n}-1"),
    "news-nature-medicine": rdf(EN, "https://www.nature.com/articles/s41591-026-{n}-1"),
    "news-nature-gene-therapy": rdf(EN, "https://www.nature.com/articles/s41434-026-{n}-1"),
}

# Watched pages: what stands in the part that counts, and what stands around it and does not.
PAGES: dict[str, tuple[bytes, str, str]] = {
    "us-fda-cgt-approved": (
        page(
            '<div role="main"><h1>Approved products</h1><ul><li><a href="/x">INVENTIGENE (autologous cells)</a></li></ul></div>'
        ),
        "INVENTIGENE",
        "备案号",
    ),
    "us-fda-cgt-guidances": (
        page("<article><h1>Guidances</h1><p>Potency Assurance, draft</p></article>"),
        "Potency Assurance",
        "备案号",
    ),
    "us-fda-cber-whats-new": (
        page('<div role="main"><p>July 8, 2026: new draft guidance</p></div>'),
        "new draft guidance",
        "备案号",
    ),
}
