"""Answers of Chinese APIs: gkmlpt, the State Council's search, CDE's form API, Zhejiang's and Guangdong's search, Sina's roll …"""

import json
from typing import Any

from shipped.site import ZH, Act, Shape, answer, found, records, seconds, simple


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
}
