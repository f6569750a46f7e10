"""How authorities print the numbers of their acts, one shape for each way of counting."""

import re
from dataclasses import dataclass

_YEAR = r"(?:19|20)\d{2}"
_GAP = r"[ \t\u00a0\u3000]{0,2}"
_BREAK = r"\s{0,3}"
_OPEN, _CLOSE = r"[〔﹝〖{\[(［（【〈｛]", r"[〕﹞〗}\])］）】〉｝]"
_HAN = "〇零○一二三四五六七八九十百"
HAO = "[号號]"
_ANY_CASE = re.IGNORECASE
CJK = r"[\u3400-\u9fff]"
_MAX_CODE = 14  # characters before the bracket of a 文号; the longest known code (京卫医研字 and the like) is far below


@dataclass(frozen=True, slots=True)
class Shape:
    """How one family of numbers is printed and what of it is the key: a template over the groups of the pattern."""

    pattern: re.Pattern[str]
    key: str
    coded: bool  # group a is a code of Chinese characters, which other words may run into
    hao: bool  # every match holds 号 or 號: nothing need be looked for far from one
    signs: tuple[str, ...]  # in small letters; every match holds one of them


def _shape(pattern: str, key: str, flags: int = 0, coded: bool = False, signs: str = "") -> Shape:
    return Shape(re.compile(pattern, flags), key, coded, HAO in pattern, tuple(signs.split()))


_ASKED = "建议 建議 提案 议案 議案"

# In order of precedence: what an earlier shape has taken, a later one leaves alone.
SHAPES = (
    # 国药监药注〔2022〕19号
    _shape(
        rf"(?P<a>{CJK}{{2,{_MAX_CODE}}}){_GAP}{_OPEN}{_GAP}(?P<b>{_YEAR}|二[〇零○][{_HAN}]{{2}}){_GAP}{_CLOSE}{_GAP}第?{_GAP}(?P<c>\d{{1,6}}){_GAP}{HAO}",
        "{a}〔{b}〕{c}号",
        coded=True,
    ),
    # 令和6年法律第51号, 平成26年厚生労働省令第110号
    _shape(
        rf"(?P<a>令和|平成|昭和|大正|明治){_GAP}(?P<b>\d{{1,2}}|[{_HAN}]{{1,4}}|元){_GAP}年{_GAP}(?P<c>法律|政令|条約|{CJK}{{1,8}}?(?:省令|府令|告示|規則))"
        rf"{_BREAK}第{_GAP}(?P<d>\d{{1,4}}|[{_HAN}]{{1,6}}){_GAP}{HAO}",
        "{a}{b}年{c}第{d}号",
        signs="令和 平成 昭和 大正 明治",
    ),
    # 医政発0926第1号
    _shape(
        rf"(?P<a>{CJK}{{1,7}}[発收]){_GAP}(?P<b>\d{{4}}){_GAP}第{_GAP}(?P<c>\d{{1,3}}){_GAP}{HAO}", "{a}{b}第{c}号", signs="発 收"
    ),
    # 国务院令第818号, 国务院令 第818号, 卫生部令（第10号）
    _shape(
        rf"(?P<a>国务院|國務院|主席|{CJK}{{1,12}}?(?:部|委|委员会|总局|局|署|院|政府)){_GAP}令{_BREAK}[(（]?{_BREAK}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}",
        "{a}令第{b}号",
        coded=True,
        signs="令",
    ),
    _shape(rf"国令{_BREAK}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}", "国务院令第{b}号", signs="令"),
    _shape(rf"第?{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}(?:国务院|國務院)令", "国务院令第{b}号", signs="令"),
    _shape(rf"第?{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}令", "令第{b}号", signs="令"),
    _shape(rf"(?<!{CJK})局令{_BREAK}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}", "令第{b}号", signs="令"),
    # 2021年第14号
    _shape(rf"(?P<a>{_YEAR}){_GAP}年{_GAP}第{_GAP}(?P<b>\d{{1,4}}){_GAP}{HAO}", "{a}年第{b}号"),
    # 第4371号建议, 提案第3324号, 第3324号（医疗体育类367号）提案
    _shape(
        rf"第?{_GAP}(?P<a>[A-Za-z]?\d{{2,8}}){_GAP}{HAO}(?:[(（][^()（）\n]{{1,20}}[)）])?{_GAP}[“\"'《]?(?:代表|委员|委員)?(?P<b>建议|建議|提案|议案|議案)",
        "第{a}号{b}",
        signs=_ASKED,
    ),
    _shape(
        rf"(?P<b>建议|建議|提案|议案|議案){_GAP}[(（]?{_GAP}第{_GAP}(?P<a>[A-Za-z]?\d{{2,8}}){_GAP}{HAO}",
        "第{a}号{b}",
        signs=_ASKED,
    ),
    # 衛部醫字第1071666475號
    _shape(rf"(?P<a>{CJK}{{1,9}}字){_GAP}第{_GAP}(?P<b>\d{{5,12}}){_GAP}{HAO}", "{a}第{b}号", coded=True, signs="字"),
    # 고시 제2025-12호, 법률 제19234호
    # 식품의약품안전처 고시 제2024-12호, 대통령령 제35001호: every ministry counts on its own
    _shape(
        r"(?:(?P<o>[가-힣]{2,10}(?:부|처|청|위원회))\s?)?(?P<a>고시|공고|훈령|예규)\s{0,2}제\s?(?P<b>\d{4}-\d{1,4}|\d{1,6})\s?호",
        "{o}{a}제{b}호",
        signs="고시 공고 훈령 예규",
    ),
    _shape(
        r"(?P<a>법률|대통령령|총리령|[가-힣]{2,8}부령)\s{0,2}제\s?(?P<b>\d{1,6})\s?호",
        "{a}제{b}호",
        signs="법률 대통령령 총리령 부령",
    ),
    # FDA-2023-D-2436, CMS-2023-0123; older dockets 2005D-0047
    _shape(
        r"\b(?P<a>FDA|CMS|HHS|NIH|EPA|CDC|AHRQ|DEA|USDA|FSIS|DOL)[-–—‐‑](?P<b>\d{4}[-–—‐‑](?:[A-Z]{1,2}[-–—‐‑])?\d{3,5})(?!\d)",
        "{a}-{b}",
        _ANY_CASE,
        signs=" ".join(
            body + dash
            for body in ["fda", "cms", "hhs", "nih", "epa", "cdc", "ahrq", "dea", "usda", "fsis", "dol"]
            for dash in "-–‑"
        ),
    ),
    _shape(r"\bFDA (?P<b>20\d{2}[-–—‐‑][A-Z][-–—‐‑]\d{4})(?!\d)", "FDA-{b}", signs="fda"),
    _shape(r"\bDocket\s+Nos?\.?\s+(?P<a>\d{4}[A-Z]-\d{4})\b", "{a}", _ANY_CASE, signs="docket"),
    # 89 FR 12345, 89 Fed. Reg. 12345
    _shape(r"(?<![\d.])(?P<a>\d{2,3})\s(?:FR|F\.R\.|Fed\.\s?Reg\.)\s(?P<b>\d{1,3},\d{3}|\d{1,6})\b", "{a} FR {b}"),
    _shape(r"\bFR\s+Doc\.?\s+(?:No\.?\s+)?(?P<a>(?:\d{4}|\d{2}|[A-Z]\d)-\d{3,5})\b", "FR Doc {a}", signs="doc"),
    _shape(r"\bDocument Number[:* ]{1,5}(?P<a>20\d{2}-\d{5})\b", "FR Doc {a}", signs="document"),
    _shape(r"\bRIN(?:\s?:|\s+No\.?)?\s+(?P<a>\d{4}-[A-Z]{2}\d{2})\b", "RIN {a}", signs="rin"),
    # EMA/CAT/80183/2014 Rev. 1, EMEA/H/C/005321/II/0012, CHMP/GTWP/125491/06
    _shape(
        r"\b(?P<a>(?:EMEA|EMA|CHMP|CPMP|CAT|COMP|PDCO|HMPC)(?:/[A-Z][A-Za-z&]{0,14})*"
        r"/\d{3,8}(?:/[A-Z]{1,4})*(?:/\d{2,6})?(?:[/ ]?(?:[Rr]ev|REV)\.? ?\d{1,2})?)\b",
        "{a}",
        signs="/",
    ),
    # C(2024) 1234 final, COM(2023) 192, COM/2014/0188
    _shape(
        r"\b(?P<a>C|COM|SWD|JOIN|SEC)(?:\s?[(](?P<b>(?:19|20)\d{2})[)]\s?|/(?P<d>(?:19|20)\d{2})/)0*(?P<c>[1-9]\d{0,4})\b(?:\s?final)?",
        "{a}({b}{d}){c}",
    ),
    # EU/1/18/1308/001: the number of a medicine, its packs apart
    _shape(r"\b(?P<a>EU/[1-3]/\d{2}/\d{3,4})(?:/\d{3}(?:-\d{3})?)?\b", "{a}", signs="eu/"),
    # TA554, HST15, ID6290 of NICE
    _shape(r"\b(?:NICE\s)(?P<a>TA|HST|NG|DG|IPG|MTG|ID)\s?(?P<b>\d{1,4})\b", "NICE {a}{b}", signs="nice"),
    # Looks back behind its first letter: a search that begins with a letter is much faster.
    _shape(r"(?P<a>T(?<![\w-]T)A\d{3,4}|H(?<![\w-]H)ST\d{1,2})\b", "NICE {a}"),
    _shape(r"\bGID-(?P<a>TA|HST)(?P<b>\d{4,6})\b", "GID-{a}{b}", signs="gid-"),
    _shape(r"\[(?P<a>ID\d{3,5})\]", "NICE {a}", signs="[id"),
    # BT-Drs. 20/11561, Bundestagsdrucksache 20/11561, BR-Drucksache 171/09; BGBl. 2024 I Nr. 101
    _shape(
        r"\b(?P<a>B[TR])(?:-|\s)?(?:Drs|Drucks|Drucksache)\.?\s?(?P<b>\d{1,3}/\d{1,5})(?!\d)",
        "{a}-DRS {b}",
        _ANY_CASE,
        signs="drs druck",
    ),
    _shape(
        r"\b(?:Bundestags-?\s?|Deutscher Bundestag,?\s)?Drucksache\s(?P<b>\d{2}/\d{1,5})(?!\d)",
        "BT-DRS {b}",
        _ANY_CASE,
        signs="druck",
    ),
    _shape(
        r"\bBGBl\.?\s(?P<a>(?:19|20)\d{2})\s(?P<b>I{1,2})\s(?:Nr\.?\s)?(?P<c>\d{1,3})\b",
        "BGBL {a} {b} {c}",
        _ANY_CASE,
        signs="bgbl",
    ),
    # Regulation (EC) No 1394/2007, Regulation (EU) 2017/745, Directive 2001/83/EC, règlement (CE) n° 1394/2007
    _shape(
        r"\b(?:Regulation|R[èe]glement|Verordnung|Reglamento|Decision|Implementing Regulation|Delegated Regulation)"
        r"\s+\((?:EC|EU|CE|EG|UE|EEC)\)"
        r"\s*(?:No\.?|n°|Nr\.?|n\.º)?\s*(?P<a>\d{1,4}/\d{2,4})\b",
        "REGULATION (EU) {a}",
        _ANY_CASE,
        signs="(ec) (eu) (ce) (eg) (ue) (eec)",
    ),
    _shape(
        r"\b(?:Directive|Richtlinie|Directiva)\s+(?P<a>\d{2,4}/\d{1,4}/(?:EC|EU|CE|EG|UE|EEC|EWG))\b",
        "DIRECTIVE {a}",
        _ANY_CASE,
        signs="directive richtlinie directiva",
    ),
    # Real Decreto 477/2014, Ley 29/2006, Orden SND/123/2024, BOE-A-2014-7065; NOR : AFSP1623456D; SOR/2021-271
    _shape(
        r"\b(?P<a>Real\s?Decreto(?:-ley|\s?Legislativo)?|Ley(?:\s?Orgánica)?|Orden)\s(?P<b>(?:[A-Z]{3}/)?\d{1,4}/(?:19|20)\d{2})\b",
        "{a} {b}",
        _ANY_CASE,
        signs="decreto ley orden",
    ),
    _shape(r"\b(?P<a>BOE-[AB]-\d{4}-\d{1,6})\b", "{a}", signs="boe-"),
    _shape(r"\bNOR\s?:?\s?(?P<a>[A-Z]{4}\d{7}[A-Z])\b", "NOR {a}", signs="nor"),
    _shape(r"\b(?:SOR|DORS)/(?P<a>\d{4}-\d{1,4})\b", "SOR/{a}", signs="sor/ dors/"),
    _shape(r"\b(?P<a>F(?:19|20)\d{2}[LCG]\d{5})\b", "{a}"),
    # NOT-HL-25-011, PAR-24-123, RFA-CA-24-001
    _shape(r"\b(?P<a>(?:NOT|RFA)-[A-Z]{2}-\d{2}-\d{3}|PAR?-\d{2}-\d{3})\b", "{a}", signs="not- rfa- pa- par-"),
    _shape(r"\b(?:SI|S\.I\.)\s+(?P<a>(?:19|20)\d{2})(?:/|\s+No\.?\s+)(?P<b>\d{1,4})\b", "SI {a}/{b}"),
    _shape(
        r"\b(?:Pub\.\s?L\.|Public Law|PL)\s+(?:No\.?\s+)?(?P<a>\d{2,3}-\d{1,3})\b", "PL {a}", _ANY_CASE, signs="pub. public pl"
    ),
    _shape(r"\b(?:BLA|STN)[ #:]{1,3}(?:BL[ -]?)?(?P<a>1\d{5})(?:/\d+)?\b", "BLA {a}", signs="bla stn"),
    # décret n° 2012-1236, loi n° 2011-302
    _shape(
        r"\b(?P<a>d[ée]cret|loi|ordonnance|arr[êe]t[ée])\s+(?:n\s?[°o]\s?)?(?P<b>\d{4}-\d{1,5})\b",
        "{a} {b}",
        _ANY_CASE,
        signs="cret loi ordonnance arr",
    ),
    # T/CMBA 001-2020, GB/T 12345-2020, YY/T 1234-2019, T/SHPPA 011—2021
    _shape(
        r"(?<![A-Za-z])(?P<a>T/[A-Z]{2,8}|GB/T|GB|YY/T|YY|WS/T|WS|DB\d{2}/T)\s?(?P<b>\d{1,6}(?:\.\d{1,2})?\s?[-—–－]\s?\d{4})(?!\d)",
        "{a} {b}",
        signs="t/ gb yy ws /t",
    ),
)
