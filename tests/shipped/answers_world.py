"""Answers of APIs outside China: FDA's table, EMA's exports, Federal Register, Regulations.gov, GOV.UK, Korea's acts …"""

from typing import Any

from shipped.site import EN, KO, Act, Shape, answer, found, records, simple


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


ANSWERS: dict[str, Shape] = {
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
