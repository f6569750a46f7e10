"""Document numbers: exactly as printed, and one key for all ways of printing."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text import numbers

PRINTED = [
    ("根据《某程序的通知》（药监某管〔2031〕9号）要求", "药监某管〔2031〕9号", "药监某管〔2031〕9号"),
    ("文号：国药监某注【2031】 19 號", "国药监某注【2031】 19 號", "国药监某注〔2031〕19号"),
    ("国家药监局通告（2031年 第14号）", "2031年 第14号", "2031年第14号"),
    ("对某届全国人大五次会议第0618号建议的答复", "第0618号建议", "第0618号建议"),
    ("第0817号（科学技术类093号）提案的函", "第0817号（科学技术类093号）提案", "第0817号提案"),
    ("中华人民共和国国务院令\n\n第918号", "国务院令\n\n第918号", "国务院令第918号"),
    ("医政某発0926第1号", "医政某発0926第1号", "医政某発0926第1号"),
    ("（令和13年法律第51号。以下「法」という。）", "令和13年法律第51号", "令和13年法律第51号"),
    ("（식약처 고시 제2031-12호）", "식약처 고시 제2031-12호", "식품의약품안전처고시제2031-12호"),
    ("보건복지부공고제2031-730호를", "보건복지부공고제2031-730호", "보건복지부공고제2031-730호"),
    ("대통령령 제35001호", "대통령령 제35001호", "대통령령제35001호"),
    ("文号：国药某注﹝2031﹞19号", "国药某注﹝2031﹞19号", "国药某注〔2031〕19号"),
    ("国药某注〔二〇三一〕19号", "国药某注〔二〇三一〕19号", "国药某注〔2031〕19号"),
    ("国令第918号", "国令第918号", "国务院令第918号"),
    ("李某签署第918号国务院令，", "第918号国务院令", "国务院令第918号"),
    ("第0255号代表建议的答复", "第0255号代表建议", "第0255号建议"),
    ("薬某発 0123 第 4 号", "薬某発 0123 第 4 号", "薬某発0123第4号"),
    ("（昭和三十五年法律第百四十五号）", "昭和三十五年法律第百四十五号", "昭和35年法律第145号"),
    ("衛授食字第 1301234567 號", "衛授食字第 1301234567 號", "卫授食字第1301234567号"),
    ("Docket FDA–2031–D–2436", "FDA–2031–D–2436", "FDA-2031-D-2436"),
    ("RIN: 0910-AI58", "RIN: 0910-AI58", "RIN 0910-AI58"),
    ("Decision C(2031) 1234 final of today", "C(2031) 1234 final", "C(2031)1234"),
    ("COM/2031/0188 final", "COM/2031/0188 final", "COM(2031)188"),
    ("EMEA/H/C/004731", "EMEA/H/C/004731", "EMEA/H/C/004731"),
    ("EU/1/31/1308/001-002", "EU/1/31/1308/001-002", "EU/1/31/1308"),
    ("NICE TA 1554 says", "NICE TA 1554", "NICE TA1554"),
    ("final draft (HST15)", "HST15", "NICE HST15"),
    ("SI 2031/123", "SI 2031/123", "SI 2031/123"),
    ("SOR/2031-271", "SOR/2031-271", "SOR/2031-271"),
    ("BT-Drucks. 31/12256", "BT-Drucks. 31/12256", "BT-DRS 31/12256"),
    ("BGBl. 2031 I Nr. 101", "BGBl. 2031 I Nr. 101", "BGBL 2031 I 101"),
    ("Real Decreto 477/2031, de 13 de junio", "Real Decreto 477/2031", "REALDECRETO 477/2031"),
    ("NOR : AFSP3123456D", "NOR : AFSP3123456D", "NOR AFSP3123456D"),
    ("Docket No. FDA-2031-D-2436", "FDA-2031-D-2436", "FDA-2031-D-2436"),
    ("see 96 FR 12,345 of today", "96 FR 12,345", "96 FR 12345"),
    ("17 March 2031 EMA/CAT/278840/2031 Inspections", "EMA/CAT/278840/2031", "EMA/CAT/278840/2031"),
    ("Regulation (EC) No 1394/2007 applies", "Regulation (EC) No 1394/2007", "REGULATION (EU) 1394/2007"),
    ("标准 T/CMBA 011—2031 发布", "T/CMBA 011—2031", "T/CMBA 011-2031"),
]

NO_NUMBER = [
    "21 CFR 1271.3 and 21 CFR part 210",
    "第五十九条 第三款",
    "手机尾号1806",
    "2031年5月8日",
    "Phase 2, n=120, NCT01234567",
    "42 U.S.C. 262, Cap. 138",
    "事務連絡",
    "STA 20, CAR-T 2031, C(12)",
]


@pytest.mark.parametrize(("text", "printed", "key"), PRINTED)
def test_numbers_find_gives_the_number_as_printed_and_its_key(text: str, printed: str, key: str) -> None:
    (found,) = numbers.find(text)
    assert (found.printed, found.canonical) == (printed, key)


@pytest.mark.parametrize("text", NO_NUMBER)
def test_numbers_find_leaves_other_figures_alone(text: str) -> None:
    assert numbers.find(text) == ()


@pytest.mark.parametrize(
    "printed",
    ["国药监〔2031〕19号", "国药监[2031]19号", "国药监（2031）第19号", "國藥監【２０３１】19號", "国药监〔2031〕 19 号"],
)
def test_canonical_is_one_key_for_every_bracket_width_and_script(printed: str) -> None:
    assert numbers.canonical(printed) == "国药监〔2031〕19号"


@given(st.one_of(st.text(max_size=40), st.sampled_from([printed for _, printed, _ in PRINTED])))
def test_canonical_of_a_canonical_number_is_itself(printed: str) -> None:
    key = numbers.canonical(printed)
    assert numbers.canonical(key) == key


@given(st.lists(st.one_of(st.sampled_from([text for text, _, _ in PRINTED]), st.text(max_size=10)), max_size=6).map("".join))
def test_numbers_find_never_raises_and_points_at_its_words(text: str) -> None:
    found = numbers.find(text)
    assert all(text[one.span.start : one.span.end] == one.span.text == one.printed for one in found)
    assert all(one.span.end <= other.span.start for one, other in itertools.pairwise(found))
