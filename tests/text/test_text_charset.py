"""Charset by evidence over declaration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.charset import decode, is_known

ZH = "国家药监局关于发布细胞治疗产品生产质量管理指南的公告，自发布之日起施行。"
ZH_TW = "衛生福利部公告再生醫療製劑管理條例，自公布日施行，並對有條件許可之製劑加以規定。"
JA = "再生医療等製品の承認について、厚生労働省はこのたび次のとおり発表しました。"
KO = "식품의약품안전처는 첨단바이오의약품의 허가 심사에 관한 규정을 개정하였다고 밝혔다."


@pytest.mark.parametrize(
    ("text", "written", "said", "read"),
    [
        (ZH, "gbk", "utf-8", "gb18030"),
        (ZH, "utf-8", "gb2312", "utf-8"),
        (ZH, "gbk", "iso-8859-1", "gb18030"),
        (ZH, "gbk", None, "gb18030"),
        (ZH + "㐀镕", "gb18030", "gb2312", "gb18030"),
        (ZH_TW, "big5", "big5", "big5"),
        (ZH_TW, "big5", None, "big5"),
        (ZH_TW, "big5", "gb2312", "big5"),
        (JA, "shift_jis", "shift_jis", "shift_jis"),
        (JA, "shift_jis", None, "shift_jis"),
        (JA, "euc_jp", None, "euc-jp"),
        (KO, "euc_kr", "ks_c_5601-1987", "euc-kr"),
        (KO, "euc_kr", None, "euc-kr"),
        (JA, "iso2022_jp", "iso-2022-jp", "iso-2022-jp"),
        ("Übermäßig schön für alle Ärzte", "latin-1", None, "windows-1252"),
        ("Привет, это русский текст", "koi8_r", "koi8-r", "koi8-r"),
        (ZH, "utf-8", "utf-7", "utf-8"),
        (ZH, "utf-8", "no-such-charset", "utf-8"),
    ],
)
@pytest.mark.fault("E1", "E2", "E3", "E6")
def test_text_is_read_in_the_charset_it_is_written_in(text, written, said, read):
    decoded = decode(text.encode(written), said, "text", None)
    assert (decoded.text, decoded.encoding) == (text, read)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"])
@pytest.mark.fault("E5")
def test_wide_letters_are_known_with_and_without_a_mark(encoding):
    text = "<rss><channel><title>Cell therapy 细胞</title></channel></rss>"
    assert decode(text.encode(encoding), "iso-8859-1", "xml", None).text == text


@pytest.mark.fault("E5")
def test_two_byte_order_marks_are_both_taken_off():
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbf<rss/>", None, "xml", None).text == "<rss/>"


@pytest.mark.parametrize("said", [None, "utf-8", "gb2312", "iso-8859-1"])
@pytest.mark.fault("E4")
def test_one_bad_byte_never_changes_the_charset_of_the_whole(said):
    body = ZH.encode()[:30] + b"\xff" + ZH.encode()[30:]
    decoded = decode(body, said, "xml", None)
    assert decoded.encoding == "utf-8"
    assert decoded.text.replace("\ufffd", "") == ZH


def test_one_bad_byte_leaves_a_declared_gbk_page_chinese():
    body = ZH.encode("gbk") + b"\xff\x20" + ZH.encode("gbk")
    assert decode(body, "gb2312", "html", None).text.startswith(ZH)


@pytest.mark.fault("E4")
def test_cesu_8_gives_the_character_it_means():
    body = (
        "细胞 ".encode()
        + "\ud83e\uddec".encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode("utf-16-be").hex().encode()
    )
    assert decode(b"\xed\xa0\xbe\xed\xb7\xac" + body, None, "text", None).text.startswith("🧬")


@pytest.mark.fault("E9")
def test_the_pages_own_meta_wins_over_a_defaulted_latin_1():
    page = f'<html><head><meta charset="gb2312"><title>{ZH}</title></head></html>'
    assert decode(page.encode("gbk"), "ISO-8859-1", "html", None).text == page


def test_the_operators_word_wins_over_everything():
    decoded = decode(ZH.encode(), "utf-8", "html", "big5")
    assert decoded.encoding == "big5"


def test_only_text_charsets_can_be_forced():
    assert is_known("GBK")
    assert not is_known("base64")
    assert not is_known("utf-7")


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "big5", "x", "iso-8859-1", "utf-16", "rot13"]))
def test_decoding_never_raises(body, said):
    for kind in ("html", "xml", "text"):
        assert isinstance(decode(body, said, kind, None).text, str)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x1b\ufeff\x00"), max_size=200))
def test_utf_8_comes_back_as_it_was_written(text):
    assert decode(text.encode(), None, "html", None).text == text
