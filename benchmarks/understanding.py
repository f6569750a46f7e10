"""How many documents a second are understood on one core, and how that stands to the bare term matcher over the same texts.

    python benchmarks/understanding.py [--runs 5] [--labels FILE.jsonl]

The texts are invented here, from a seed, in the shapes of the field: titles alone, titles with summaries, pages of 50 KB. With `--labels`
the titles and texts of a labelled file are measured too. Of several runs the fastest counts; only CPU time is taken.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cgtwatch.model.classification import Document
from cgtwatch.understand.read import read
from cgtwatch.understand.rules import Rules, load

PAGE = 50_000  # bytes
ZH_TITLES = (
    "国家药监局药审中心关于公开征求《{thing}产品{topic}技术指导原则（征求意见稿）》意见的通知",
    "关于发布《{thing}{topic}管理办法》的公告（{year}年第{n}号）",
    "{place}卫生健康委员会关于开展{thing}{topic}专项检查的通知",
    "{firm}{thing}注射液临床试验申请获受理",
    "{firm}完成{n}亿元B轮融资",
    "对政协第{n}号提案的答复：加快{thing}发展",
    "{place}市召开{topic}工作座谈会",
    "{firm}发布{year}年半年度报告",
)
EN_TITLES = (
    "FDA issues draft guidance on {topic} of {thing}",
    "EMA opens consultation on {topic} for {thing} until {day}",
    "{firm} announces first patient dosed in {thing} trial",
    "{firm} reports second quarter {year} results",
    "NICE recommends {thing} for treating lymphoma",
    "Senators introduce bill on Medicare coverage of {thing}",
    "What investors should know about {firm}",
    "Notice of meeting: advisory committee on {topic}, {day}",
)
ZH_TEXTS = (
    "为进一步规范{thing}产品{topic}，根据《中华人民共和国药品管理法》（国药监注〔{year}〕{n}号），现予发布，自{year}年5月1日起施行。",
    "有关单位和个人可于{year}年6月30日前将意见反馈至电子邮箱，邮件主题请注明“{topic}反馈意见”。",
    "{firm}今日宣布，公司与{place}某医院合作的研究已完成{n}例受试者入组，预计明年公布数据。",
    "会议强调，要统筹推进{place}生物医药产业高质量发展，优化{topic}流程，涉及{n}家企业。",
    "国家药品监督管理局药品审评中心{year}年2月9日",
    "申请人应当建立覆盖供者筛查、采集、运输、生产和放行全过程的质量体系，并对关键步骤进行风险评估和验证。",
    "对于{thing}，应当结合作用机制、给药途径和适应症选择合适的动物模型，说明选择的依据和局限性。",
    "与会代表介绍了{firm}等单位的经验，就人才培养、平台建设和国际合作交换了看法，并实地参观了园区。",
    "样品应当在规定的温度下保存，其稳定性研究应当覆盖拟定的有效期，检测方法应当经过验证。",
)
EN_TEXTS = (
    "The Food and Drug Administration is announcing the availability of a draft guidance on {topic} of {thing} (FDA-{year}-D-{n}). ",
    "Submit comments by {day}; the regulation will take effect on 1 January {year}. ",
    "{firm} said it had dosed {n} patients in its trial of {thing} at three sites in {place_en} and expects data next year. ",
    "The committee discussed {topic}, heard from patient groups and adjourned without a vote. ",
    "Applicants should describe the donor screening, the manufacturing steps and the controls that keep each lot consistent. ",
    "The choice of an animal model depends on the mechanism of action, and its limits should be explained in the dossier. ",
    "Stability data should cover the proposed shelf life, and methods should be validated before the pivotal study begins. ",
    "Analysts expect the company to seek partners for {thing} and to cut costs at its plant before the end of the year. ",
)
WORDS = {
    "thing": ("细胞治疗", "基因治疗", "CAR-T细胞", "医疗器械", "化妆品", "疫苗", "中药饮片"),
    "thing_en": ("CAR-T cell therapy", "gene therapy", "stem cell products", "medical devices", "generic drugs", "biosimilars"),
    "topic": ("药学研究", "长期随访", "临床研究", "质量管理", "真实世界证据", "收费"),
    "topic_en": ("potency testing", "long-term follow-up", "user fees", "labelling", "clinical trial design"),
    "place": ("上海", "广东", "深圳", "湖南", "浦东新区", "杭州"),
    "place_en": ("Texas", "Guangdong", "Germany", "London"),
    "firm": ("某某生物", "恒某医药", "科某药业"),
    "firm_en": ("Example Bio", "Arden Therapeutics", "Northfield Cell"),
}


def invented(drawn: random.Random, sentences: int) -> Document:
    """A document with about so many sentences below its title, half of them Chinese."""
    chinese = drawn.random() < 0.5
    title = _filled(drawn, drawn.choice(ZH_TITLES if chinese else EN_TITLES), chinese)
    text = "".join(
        _filled(drawn, drawn.choice(ZH_TEXTS if chinese else EN_TEXTS), chinese) + _end(drawn) for _ in range(sentences)
    )
    return Document(title, text, language="zh" if chinese else "en")


def _end(drawn: random.Random) -> str:
    return "\n" if drawn.random() < 0.2 else ""


def _filled(drawn: random.Random, shape: str, chinese: bool) -> str:
    suffix = "" if chinese else "_en"
    names = {name: drawn.choice(WORDS[name + suffix]) for name in ("thing", "topic", "firm")}
    day = f"{drawn.randint(1, 28)} June 2026"
    return shape.format(
        **names,
        place=drawn.choice(WORDS["place"]),
        place_en=drawn.choice(WORDS["place_en"]),
        day=day,
        year=2026,
        n=drawn.randint(2, 4999),
    )


def page(drawn: random.Random) -> Document:
    """A page of 50 KB."""
    document = invented(drawn, 1200)
    text = document.text.encode()[:PAGE].decode(errors="ignore")
    return Document(document.title, text, language=document.language)


def labelled(path: Path) -> list[Document]:
    """Titles and texts of a labelled file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Document(row.get("title") or "", row.get("text") or "") for row in rows]


def fastest(run: Callable[[Document], object], documents: Sequence[Document], runs: int) -> float:
    """Seconds of CPU that one document takes, in the fastest of some runs."""
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        for document in documents:
            run(document)
        taken.append(time.process_time() - begun)
    return min(taken) / len(documents)


def line(name: str, documents: Sequence[Document], rules: Rules, runs: int) -> None:
    """Print one row; the target is met or not in documents a second."""
    spent = fastest(lambda document: read(document, rules), documents, runs)
    bare = fastest(lambda document: rules.lexicon.find(document.whole), documents, runs)
    print(f"{name:32} {1 / spent:9.0f} /s {spent * 1000:8.3f} ms {spent / bare:8.1f} times the matcher")


def loading(runs: int) -> None:
    """Print what a process pays before its first document, and for that one."""
    code = (
        "import time; a = time.process_time(); from cgtwatch.understand.rules import load; from cgtwatch.understand.read import read\n"
        "from cgtwatch.model.classification import Document; b = time.process_time(); rules = load(); c = time.process_time()\n"
        "read(Document('国家药监局发布细胞治疗指导原则', '自2026年5月1日起施行。'), rules); print(b - a, c - b, time.process_time() - c)"
    )
    told = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout for _ in range(runs)]
    imports, rules, first = (min(parts) for parts in zip(*(map(float, one.split()) for one in told), strict=True))
    print(
        f"{'a new process, ms of CPU':32} importing {imports * 1000:.0f}, rules {rules * 1000:.0f}, first document {first * 1000:.0f}"
    )


def main() -> None:
    """Print every row."""
    asked = argparse.ArgumentParser(description="Documents understood a second, by the bare term matcher.")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--labels", type=Path, help="a labelled file whose titles and texts are measured too")
    given = asked.parse_args()
    loading(given.runs)
    rules, drawn = load(), random.Random(11)
    summaries = [invented(drawn, drawn.randint(0, 3)) for _ in range(1000)]
    found = [read(document, rules).classification.labels for document in summaries]
    line("title and summary", summaries, rules, given.runs)
    line("  about therapies and policy", [d for d, f in zip(summaries, found, strict=True) if f.relevant], rules, given.runs)
    line("  the others", [d for d, f in zip(summaries, found, strict=True) if not f.relevant], rules, given.runs)
    line("pages of 50 KB", [page(drawn) for _ in range(20)], rules, max(1, given.runs // 2))
    if given.labels:
        line(given.labels.name, labelled(given.labels), rules, given.runs)


if __name__ == "__main__":
    main()
