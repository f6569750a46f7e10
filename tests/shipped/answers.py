"""Answers of APIs, by site family: gkmlpt, the State Council's search, CDE's form API, Sina's roll, FDA's table, EMA's exports …"""

import json
from typing import Any

from shipped.site import EN, KO, ZH, Act, Shape, answer, found, records, seconds


def gkmlpt(host: str) -> Shape:
    """gkmlpt: the moment in seconds, dates as text beside it, the document's number apart."""

    def record(act: Act) -> dict[str, Any]:
        return {
            "id": act.number,
            "title": act.title,
            "url": act.into(f"{host}/gkmlpt/content/11/{{n}}/post_{{n}}.html"),
            "post_url": act.into("/gkmlpt/content/11/{n}/post_{n}.html"),
            "created_at": act.into("{d:%Y-%m-%d} 17:20:31"),
            "display_publish_time": seconds(act),
            "date": seconds(act),
            "document_number": f"粤卫函〔{act.day.year}〕12号",
            "publisher": "广东省卫生健康委员会",
            "abstract": "",
            "classify_main_name": "其他文件",
            "is_expired": 0,
            "is_abolished": 0,
            "attachment": "[]",
        }

    shape = records(
        ZH,
        record,
        host + "/gkmlpt/content/11/{n}/post_{n}.html",
        under="articles",
        classify={"id": 0, "name": "全部", "post_count": 5120},
    )
    index = "<html><head><title>信息公开目录</title></head><body><script>window._CONFIG = { SID: '754001', TREE: [] }</script></body></html>"
    return Shape(shape.body, shape.media, shape.expected, preloaded=index.encode(), picked={"SID": "754001"})


def govcn(*, split: bool) -> Shape:
    """The State Council's search: highlighted titles; with `split` the records stand in several lists."""

    def record(act: Act) -> dict[str, Any]:
        return {
            "id": f"c{act.number}",
            "title": act.title.replace("细胞", "<em>细胞</em>"),
            "url": act.into("http://www.gov.cn/zhengce/zhengceku/{d:%Y%m}/content_{n}.htm"),
            "pubtimeStr": act.into("{d:%Y.%m.%d}"),
            "pubtime": seconds(act) * 1000,
            "puborg": "国家药监局",
            "pcode": f"国药监药注〔{act.day.year}〕3号",
            "summary": "为规范<em>细胞</em>治疗产品研发……",
        }

    rows = [record(act) for act in ZH]
    if split:
        lists = {"gongwen": rows[:1], "bumenfile": rows[1:2], "otherfile": rows[2:], "gongbao": []}
        document = {"code": 200, "searchVO": {"totalCount": 3, "catMap": {name: {"listVO": one} for name, one in lists.items()}}}
    else:
        document = {"code": 200, "msg": "操作成功", "searchVO": {"totalCount": 87, "listVO": rows}}
    return answer(document, found(ZH, "http://www.gov.cn/zhengce/zhengceku/{d:%Y%m}/content_{n}.htm"))


def cde(record: Any, at: str, *, dated: bool = True, titles: str = "{t}") -> Shape:
    """CDE's form API."""
    rows = [record(act) for act in ZH]
    document = {"code": 200, "msg": "success", "data": {"records": rows, "total": 214, "size": 10, "current": 1, "pages": 22}}
    expected = tuple((act.into(titles), act.into(at), act.day if dated else None) for act in ZH)
    return answer(document, expected)


def cde_guideline(act: Act) -> dict[str, Any]:
    return {
        "zdyzIdCODE": f"{act.number:032x}",
        "title": act.title,
        "issueDate": act.into("{d:%Y%m%d}"),
        "fclass": "生物制品",
        "externalLinks": None,
    }


def cde_register(act: Act) -> dict[str, Any]:
    return {
        "acceptid": f"CXSL26{act.number}",
        "drgnamecn": f"靶向CD19自体嵌合抗原受体T细胞注射液{act.number}",
        "company": "某某生物科技有限公司",
        "endNoticeDate": act.into("{d:%Y-%m-%d}"),
    }


CDE = "https://www.cde.org.cn/"
GUIDELINE = CDE + "zdyz/domesticinfopage?zdyzIdCODE={n:032x}"
DRUG = "靶向CD19自体嵌合抗原受体T细胞注射液{n}"


def cde_registered(page: str) -> Shape:
    return cde(cde_register, CDE + "main/xxgk/listpage/" + page + "?acceptid=CXSL26{n}", titles=DRUG)


def guangdong() -> Shape:
    """Guangdong's search: JSONP, highlighted titles, attachments as JSON text."""

    def record(act: Act) -> dict[str, Any]:
        return {
            "id": act.number,
            "title": act.title.replace("基因治疗", "<em>基因治疗</em>"),
            "url": act.into("http://mpa.gd.gov.cn/gkmlpt/content/4/{n}/post_{n}.html"),
            "pub_time": act.into("{d:%Y-%m-%d}"),
            "publisher": "广东省药品监督管理局",
            "document_number": "",
            "attachment": "[]",
        }

    text = json.dumps({"errcode": 0, "total": 41, "results": [record(act) for act in ZH]}, ensure_ascii=False)
    index = b"<html><body><script>window._CONFIG={ DOMAIN: 'mpa.gd.gov.cn', SID: '182', TREE: [] }</script></body></html>"
    expected = found(ZH, "http://mpa.gd.gov.cn/gkmlpt/content/4/{n}/post_{n}.html")
    return Shape(f"cb({text})".encode(), "application/javascript", expected, preloaded=index, picked={"sid": "182"})


def zhejiang() -> Shape:
    """Zhejiang's search: an array of HTML pieces."""
    piece = (
        '<div class="comprehensiveItem"><div class="titleWrapper"><a target="_blank" href="{r}">{t}</a></div>'
        '<div class="newsDescribe"><a href="{r}">为贯彻落实……</a></div>'
        '<div class="sourceTime"><span>来源:浙江省卫生健康委员会</span><span>时间:{d:%Y-%m-%d}</span></div></div>'
    )
    link = "https://wsjkw.zj.gov.cn/art/{d.year}/{d.month}/{d.day}/art_1229123469_{n}.html"
    return answer({"code": 200, "total": 12, "result": [act.into(piece, r=act.into(link)) for act in ZH]}, found(ZH, link))


def fda_table() -> Shape:
    """FDA's static table: a bare array whose cells are HTML."""

    def record(act: Act) -> dict[str, Any]:
        return {
            "title": act.into('<a href="/regulatory-information/search-fda-guidance-documents/guidance-{n}">{t}</a>'),
            "field_associated_media_2": act.into('<a href="/media/{n}/download" target="_blank">PDF (412.91 KB)</a>'),
            "field_issue_datetime": act.into("{d:%m/%d/%Y}"),
            "field_issuing_office_taxonomy": "Center for Biologics Evaluation and Research",
            "topics-product": "Cell &amp; Gene Therapy, CMC",
            "field_final_guidance_1": "Draft",
            "open-comment": " Yes ",
            "field_comment_close_date": "09/08/2026",
            "field_docket_number": '<a href="https://www.regulations.gov/docket/FDA-2026-D-0417">FDA-2026-D-0417</a>',
            "changed": '<time datetime="2026-07-08T09:12:44-04:00">Wed, 07/08/2026 - 09:12</time>\n',
        }

    return records(EN, record, "https://www.fda.gov/regulatory-information/search-fda-guidance-documents/guidance-{n}")


def ema(link: str, path: str, title: str = "title", day: str = "{d:%d/%m/%Y}", **more: str) -> Shape:
    """EMA's exports: `data` beside `meta`."""

    def record(act: Act) -> dict[str, Any]:
        dates = {"first_published_date": act.into(day), "last_updated_date": act.into(day)}
        return {title: act.title, link: act.into("https://www.ema.europa.eu/en/" + path), **dates, **more}

    meta = {"total_records": 3, "timestamp": "2026-07-10T06:00:41Z"}
    return records(EN, record, "https://www.ema.europa.eu/en/" + path, under="data", meta=meta)


def ema_documents() -> Shape:
    """EMA's documents: seventy thousand, of which those on the field count."""
    path = "https://www.ema.europa.eu/en/documents/{kind}/{slug}_en.pdf"
    named = (
        ("Minutes of the CAT meeting 17-19 June 2026", "minutes", "minutes-cat-meeting-17-19-june-2026", EN[0].day),
        (
            "Guideline on investigational advanced therapy medicinal products",
            "scientific-guideline",
            "guideline-iatmp",
            EN[1].day,
        ),
    )

    def record(name: str | None, kind: str, slug: str, day: Any) -> dict[str, Any]:
        return {
            "id": slug,
            "name": name,
            "type": kind,
            "status": "Adopted",
            "first_published_date": f"{day:%Y-%m-%d}T10:00:00Z",
            "last_updated_date": f"{day:%Y-%m-%d}T10:00:00Z",
            "reference_number": "",
            "document_url": path.format(kind=kind, slug=slug),
        }

    other = [
        record("Guideline on chiral active substances", "scientific-guideline", "chiral", EN[2].day),
        record(None, "other", "nameless", EN[2].day),
    ]
    document = {"meta": {"total_records": 4}, "data": [record(*one) for one in named] + other}
    expected = tuple((name, path.format(kind=kind, slug=slug), day) for name, kind, slug, day in named)
    return answer(document, expected)


def ema_medicines() -> Shape:
    def record(act: Act, flag: str) -> dict[str, Any]:
        return {
            "category": "Human",
            "name_of_medicine": act.title,
            "medicine_status": "Authorised",
            "advanced_therapy": flag,
            "marketing_authorisation_date": act.into("{d:%d/%m/%Y}"),
            "last_updated_date": "09/07/2026",
            "medicine_url": act.into("https://www.ema.europa.eu/en/medicines/human/EPAR/medicine-{n}"),
        }

    document = {"data": [record(EN[0], "Yes"), record(EN[1], "No"), record(EN[2], "Yes")]}
    return answer(document, found((EN[0], EN[2]), "https://www.ema.europa.eu/en/medicines/human/EPAR/medicine-{n}"))


def federal_register(*, inspection: bool = False) -> Shape:
    """Federal Register: null where a field does not apply."""

    def record(act: Act) -> dict[str, Any]:
        number = act.into("2026-{n}")
        return {
            "title": act.title,
            "type": "Notice",
            "abstract": None
            if inspection
            else "The Food and Drug Administration is announcing the availability of a draft guidance.",
            "document_number": number,
            "html_url": act.into("https://www.federalregister.gov/documents/{d:%Y/%m/%d}/2026-{n}/cellular-products"),
            "pdf_url": act.into("https://public-inspection.federalregister.gov/2026-{n}.pdf"),
            "publication_date": act.into("{d:%Y-%m-%d}"),
            "agencies": [{"name": "Food and Drug Administration", "id": 199}],
            "docket_ids": ["Docket No. FDA-2026-D-0417"],
            "comments_close_on": None,
            "effective_on": None,
        }

    at = "https://www.federalregister.gov/documents/{d:%Y/%m/%d}/2026-{n}/cellular-products"
    following = "https://www.federalregister.gov/api/v1/documents.json?page=2&per_page=20"
    return records(EN, record, at, under="results", count=63, total_pages=4, next_page_url=following)


def regulations_gov() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        attributes = {
            "title": act.title,
            "postedDate": act.into("{d:%Y-%m-%d}T05:00:00Z"),  # midnight in Washington
            "documentType": "Notice",
            "docketId": "FDA-2026-D-0417",
            "frDocNum": act.into("2026-{n}"),
            "commentEndDate": None,
        }
        return {"id": act.into("FDA-2026-D-0417-{n}"), "type": "documents", "attributes": attributes, "links": {"self": "…"}}

    return records(
        EN, record, "https://www.regulations.gov/document/FDA-2026-D-0417-{n}", under="data", meta={"totalElements": 12}
    )


def ecfr() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        return {
            "date": act.into("{d:%Y-%m-%d}"),
            "amendment_date": act.into("{d:%Y-%m-%d}"),
            "issue_date": act.into("{d:%Y-%m-%d}"),
            "identifier": f"1271.{act.number % 100}",
            "name": f"§ 1271.{act.number % 100}   How does FDA define important terms?",
            "part": "1271",
            "substantive": True,
            "removed": False,
            "type": "section",
        }

    document = {"content_versions": [record(act) for act in EN], "meta": {"title": "21"}}
    expected = tuple(
        (
            f"§ 1271.{act.number % 100} How does FDA define important terms? {act.day}",
            f"https://www.ecfr.gov/on/{act.day}/title-21/section-1271.{act.number % 100}",
            act.day,
        )
        for act in EN
    )
    return answer(document, expected)


def openfda() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        return {
            "recall_number": act.into("D-0{n}-2026"),
            "event_id": str(act.number),
            "product_description": act.title,
            "reason_for_recall": "Lack of assurance of sterility",
            "status": "Ongoing",
            "report_date": act.into("{d:%Y%m%d}"),
        }

    at = "https://www.accessdata.fda.gov/scripts/ires/index.cfm?Event={n}"
    return records(EN, record, at, under="results", meta={"results": {"skip": 0, "limit": 50, "total": 3}})


def congress() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        return {
            "congress": 119,
            "type": "HR",
            "number": str(act.number),
            "title": act.title,
            "updateDate": act.into("{d:%Y-%m-%d}"),
            "latestAction": {"actionDate": act.into("{d:%Y-%m-%d}"), "text": "Referred to the Committee on Energy and Commerce."},
            "url": act.into("https://api.congress.gov/v3/bill/119/hr/{n}?format=json"),
        }

    pagination = {"count": 411, "next": "https://api.congress.gov/v3/bill?offset=250&limit=250&format=json"}
    return records(EN, record, "https://www.congress.gov/search?q=HR{n}", under="bills", pagination=pagination)


def govuk() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        return {
            "title": act.title,
            "link": act.into("/government/publications/atmp-{n}"),
            "description": "Advice for developers.",
            "public_timestamp": act.into("{d:%Y-%m-%d}T09:30:00Z"),
            "content_store_document_type": "guidance",
            "_id": act.into("/government/publications/atmp-{n}"),
        }

    return records(EN, record, "https://www.gov.uk/government/publications/atmp-{n}", under="results", total=3, start=0)


def korea() -> Shape:
    """law.go.kr: XML; the address of a law echoes the key it was asked with, so that it is not taken."""
    law = (
        '<law id="1"><법령일련번호>{n}</법령일련번호><현행연혁코드>시행예정</현행연혁코드><법령명한글><![CDATA[{t}]]></법령명한글>'
        "<공포일자>20260601</공포일자><소관부처명>식품의약품안전처</소관부처명><시행일자>{d:%Y%m%d}</시행일자>"
        "<법령상세링크>/DRF/lawService.do?OC=secret&amp;target=eflaw&amp;MST={n}</법령상세링크></law>"
    )
    laws = "".join(act.into(law) for act in KO)
    body = f'<?xml version="1.0" encoding="UTF-8"?><LawSearch><target>eflaw</target><totalCnt>2</totalCnt>{laws}</LawSearch>'
    return Shape(body.encode(), "text/xml", found(KO, "https://www.law.go.kr/LSW/lsInfoP.do?lsiSeq={n}"))


def sina() -> Shape:
    """Sina's roll: everything is text, also the moments."""

    def record(act: Act) -> dict[str, Any]:
        return {
            "oid": str(act.number),
            "title": act.title,
            "url": act.into("https://finance.sina.com.cn/china/{d:%Y-%m-%d}/doc-inefabc{n}.shtml"),
            "intro": "国家药监局今天发布……",
            "media_name": "新华社",
            "ctime": str(seconds(act)),
            "mtime": str(seconds(act) + 60),
            "intime": str(seconds(act)),
        }

    rows = [record(act) for act in ZH]
    document = {"result": {"status": {"code": 0, "msg": "succ"}, "total": 20000, "data": rows}}
    return answer(document, found(ZH, "https://finance.sina.com.cn/china/{d:%Y-%m-%d}/doc-inefabc{n}.shtml"))


def athena() -> Shape:
    def record(act: Act) -> dict[str, Any]:
        return {
            "title": act.title.replace("细胞", "<em>细胞</em>"),
            "title_no_tag": act.title,
            "url": act.into("https://www.gov.cn/zhengce/{d:%Y%m}/content_{n}.htm"),
            "summary": "……",
            "time": act.into("{d:%Y-%m-%d} 17:02:11"),
        }

    document = {"resultCode": {"code": 200}, "result": {"data": {"middle": {"list": [record(act) for act in ZH]}}}}
    return answer(document, found(ZH, "https://www.gov.cn/zhengce/{d:%Y%m}/content_{n}.htm"))


def simple(under: str, title: str, link: str, day: str, at: str, *, raw: str, when: Any, acts: tuple[Act, ...] = ZH) -> Shape:
    """Records that name title, address and day in members of their own."""

    def record(act: Act) -> dict[str, Any]:
        return {title: act.title, link: act.into(raw), day: when(act) if callable(when) else act.into(when), "summary": "……"}

    return records(acts, record, at, under=under)


ANSWERS: dict[str, Shape] = {
    "cn-govcn-library-ministries": govcn(split=False),
    "cn-govcn-library-state-council": govcn(split=False),
    "cn-govcn-library-all": govcn(split=True),
    "cn-govcn-policy-all": govcn(split=True),
    "cn-govcn-athena-search": athena(),
    "cn-cde-guidelines-drafts": cde(cde_guideline, GUIDELINE),
    "cn-cde-guidelines-published": cde(
        lambda act: {**cde_guideline(act), "externalLinks": act.into("https://www.cde.org.cn/main/news/{n}")},
        "https://www.cde.org.cn/main/news/{n}",
    ),
    **{
        f"cn-cde-news-{column}": cde(
            lambda act: {"newsIdCode": f"{act.number:032x}", "title": act.title, "isPic": "0"},
            CDE + "main/news/viewInfoCommon/{n:032x}",
            dated=False,
        )
        for column in ("government", "work", "hot")
    },
    "cn-cde-policy-laws": cde(
        lambda act: {"policyIdCODE": f"{act.number:032x}", "title": act.title}, CDE + "main/policy/view/{n:032x}", dated=False
    ),
    "cn-cde-policy-rules": cde(
        lambda act: {"regulatIdCODE": f"{act.number:032x}", "title": act.title},
        CDE + "main/policy/regulatview/{n:032x}",
        dated=False,
    ),
    "cn-cde-breakthrough": cde_registered("da6efd086c099b7fc949121166f0130c"),
    "cn-cde-priority-review": cde_registered("2f78f372d351c6851af7431c7710a731"),
    "cn-cde-ind-implied-permission": cde_registered("4b5255eb0a84820cef4ca3e8b6bbe20c"),
    "cn-sh-pudong-disclosure": simple(
        "data.list",
        "title",
        "url",
        "display_date",
        "https://www.pudong.gov.cn/zwgk/zxxxgk/{d.year}/{n}.html",
        raw="https://www.pudong.gov.cn/zwgk/zxxxgk/{d.year}/{n}.html",
        when="{d:%Y-%m-%d}",
    ),
    "cn-gd-search": guangdong(),
    "cn-gd-wsjkw": gkmlpt("https://wsjkw.gd.gov.cn"),
    "cn-gd-stc": gkmlpt("https://gdstc.gd.gov.cn"),
    "cn-gd-drc": gkmlpt("https://drc.gd.gov.cn"),
    "cn-gd-hsa": gkmlpt("https://hsa.gd.gov.cn"),
    "cn-gd-ii": gkmlpt("https://gdii.gd.gov.cn"),
    "cn-gd-mpa": gkmlpt("https://mpa.gd.gov.cn"),
    "cn-gd-sz-wjw": gkmlpt("http://wjw.sz.gov.cn"),
    "cn-gd-sz-fgw": gkmlpt("http://fgw.sz.gov.cn"),
    "cn-gd-sz-stic": gkmlpt("http://stic.sz.gov.cn"),
    "cn-gd-sz-gov": gkmlpt("http://www.sz.gov.cn"),
    "cn-gd-sz-dapeng": gkmlpt("http://www.dpxq.gov.cn"),
    "cn-gd-sz-pingshan": gkmlpt("http://www.szpsq.gov.cn"),
    "cn-gd-npc-regulations": records(
        ZH,
        lambda act: {"id": str(act.number), "title": act.title, "timeliness": "有效", "passDate": act.into("{d:%Y-%m-%d}")},
        "https://www.gdpc.gov.cn/bascdata/nfrr/law-rule!noSession_getById.gx?id={n}",
        under="data.rows",
        code=200,
    ),
    "cn-zj-search": zhejiang(),
    "cn-js-sz-notices": simple(
        "infolist",
        "title",
        "link",
        "pubtime",
        "https://www.suzhou.gov.cn/szsrmzf/zwgg/{d:%Y%m}/{n:032x}.shtml",
        raw="/szsrmzf/zwgg/{d:%Y%m}/{n:032x}.shtml",
        when="{d:%Y-%m-%d} 17:10:22",
    ),
    "cn-fj-yjj": simple(
        "data",
        "doctitle",
        "chnldocurl",
        "docreltime",
        "https://yjj.scjgj.fujian.gov.cn/ylqx/gstg/{d:%Y%m}/t{d:%Y%m%d}_{n}.htm",
        raw="https://yjj.scjgj.fujian.gov.cn/ylqx/gstg/{d:%Y%m}/t{d:%Y%m%d}_{n}.htm",
        when=lambda act: seconds(act) * 1000,
    ),
    "us-fda-guidance": fda_table(),
    "us-fr-cgt": federal_register(),
    "us-fr-public-inspection": federal_register(inspection=True),
    "us-regulations-gov": regulations_gov(),
    "us-ecfr-1271": ecfr(),
    "us-openfda-enforcement": openfda(),
    "us-congress-bills": congress(),
    "eu-ema-news": ema("news_url", "news/news-{n}", news_summary="…", categories="Human", topics="Medicines"),
    "eu-ema-guidance": ema("general_url", "{n}-scientific-guideline", summary="…", categories="Human"),
    "eu-ema-documents": ema_documents(),
    "eu-ema-events": ema("event_url", "events/event-{n}"),
    "eu-ema-medicines": ema_medicines(),
    "gb-govuk-search-cgt": govuk(),
    "kr-law-pending": korea(),
    "int-who-newsitems": simple(
        "value",
        "Title",
        "ItemDefaultUrl",
        "PublicationDateAndTime",
        "https://www.who.int/news/item/{d:%d-%m-%Y}-item-{n}",
        raw="/{d:%d-%m-%Y}-item-{n}",
        when="{d:%Y-%m-%d}T10:00:00Z",
        acts=EN,
    ),
    **{f"news-sina-finance-{channel}": sina() for channel in ("ministries", "china", "roll", "local")},
    "news-yicai-latest": simple(
        "",
        "NewsTitle",
        "url",
        "CreateDate",
        "https://www.yicai.com/news/{n}.html",
        raw="/news/{n}.html",
        when="{d:%Y-%m-%d}T16:11:00",
    ),
    "news-caixin-latest": simple(
        "data.articleList",
        "title",
        "url",
        "time",
        "https://www.caixin.com/{d:%Y-%m-%d}/{n}.html",
        raw="https://www.caixin.com/{d:%Y-%m-%d}/{n}.html",
        when=lambda act: seconds(act) * 1000,
    ),
    "news-thepaper-channel": records(
        ZH,
        lambda act: {"contId": str(act.number), "name": act.title, "pubTimeLong": seconds(act) * 1000},
        "https://m.thepaper.cn/detail/{n}",
        under="data.list",
    ),
    "news-cn-healthcare": simple(
        "data.datalist",
        "title",
        "url",
        "createdate",
        "https://www.cn-healthcare.com/article/{d:%Y%m%d}/content-{n}.html",
        raw="/article/{d:%Y%m%d}/content-{n}.html",
        when="{d:%Y-%m-%d} 08:30",
    ),
    "news-gdelt": simple(
        "articles",
        "title",
        "url",
        "seendate",
        "https://www.example.org/health/{n}",
        raw="https://www.example.org/health/{n}",
        when="{d:%Y%m%d}T081500Z",
        acts=EN,
    ),
}
