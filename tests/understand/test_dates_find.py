"""What `dates.find` reads out of invented passages in the shape of real ones, and what it leaves alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.understand import dates

PUBLISHED = date(2031, 5, 10)

FOUND = [
    (
        "zh",
        "现就《细胞制剂管理办法（征求意见稿）》公开征求意见，请于2031年6月15日前将意见反馈至邮箱。",
        "comment_deadline",
        "2031-06-15",
    ),
    ("zh", "公开征求意见的时间为2031年5月10日—2031年6月10日。", "comment_deadline", "2031-06-10"),
    ("zh", "社会各界人士可在6月9日之前，通过以下途径提出意见。", "comment_deadline", "2031-06-09"),
    ("zh", "征求意见时限：自发布之日起至2031年6月30日。", "comment_deadline", "2031-06-30"),
    ("zh", "公开征求意见时间：自公示之日起至2031年6月30日，逾期不再受理。", "comment_deadline", "2031-06-30"),
    ("zh", "征求意见截止日期为２０３１年６月３０日。", "comment_deadline", "2031-06-30"),
    ("zh", "自公告之日起30日内，公众可将意见发至邮箱。", "comment_deadline", "2031-06-09"),
    ("zh", "預告終止日：2031/06/30", "comment_deadline", "2031-06-30"),
    ("zh", "本办法自2032年1月1日起施行，有效期5年。", "effective_date", "2032-01-01"),
    ("zh", "第四十条 本条例自二〇三二年三月一日起施行。", "effective_date", "2032-03-01"),
    ("zh", "本要點自中華民國一百二十一年四月一日起施行。", "effective_date", "2032-04-01"),
    ("zh", "本规定自印发之日起30日后施行，有效期至2036年12月31日。", "effective_date", "2031-06-09"),
    ("zh", "特此通知。\n\n国家药监局综合司\n国家卫生健康委办公厅\n2031年5月8日\n附件下载", "document_date", "2031-05-08"),
    ("zh", "（2031年5月8日国家某某总局令第90号公布 自2031年12月1日起施行）", "document_date", "2031-05-08"),
    ("zh", "5月9日，国家药监局发布公告，批准某注射液上市。", "document_date", "2031-05-09"),
    ("zh", "现将征求意见时间延长至2031年6月30日，此前的意见继续有效。", "comment_deadline", "2031-06-30"),
    ("zh", "諮詢文件意見截止日期: 2031年6月2日", "comment_deadline", "2031-06-02"),
    ("zh", "請在2031年6月2日或之前，以電郵方式把意見送交本署。", "comment_deadline", "2031-06-02"),
    ("zh", "「某管理辦法」草案（預告期限至2031年7月7日）", "comment_deadline", "2031-07-07"),
    ("zh", "除第三條自一百二十二年一月一日施行外，其餘條文自一百二十年七月一日施行。", "effective_date", "2031-07-01"),
    ("zh", "某辦法將於明年元旦上路。", "effective_date", "2032-01-01"),
    ("zh", "本规定自2031年7月1日零时起施行。", "effective_date", "2031-07-01"),
    ("zh", "120 年 2 月 9 日衛部某字第 1301660674 號令修正\n第一條 本辦法訂定之。", "document_date", "2031-02-09"),
    ("zh", "请遵照执行。2031年5月8日", "document_date", "2031-05-08"),
    ("zh", "第九条 本办法自公布之日起施行。\n市卫生健康委员会办公室\n2031年5月8日印发", "document_date", "2031-05-08"),
    ("zh", "某市发展改革委网站2031年5月8日公布《某行动计划》（送审稿）。", "document_date", "2031-05-08"),
    ("zh", "2031年5月8日上午，某市第七届人大常委会第十四次会议闭幕。会议表决通过《某条例》。", "document_date", "2031-05-08"),
    ("en", "Closed 30 Jun 2031\n\nOpened 3 May 2031\n\nOverview\nWe seek views.", "comment_deadline", "2031-06-30"),
    (
        "en",
        "The consultation period begins: a period beginning on May 3, 2031 and concluding on June 30, 2031.",
        "comment_deadline",
        "2031-06-30",
    ),
    ("en", "Please send written representations within 28 days of publication.", "comment_deadline", "2031-06-07"),
    ("en", "REGULATION (EU) 2031/19 OF THE COUNCIL of 3 May 2031 on cells\nIt applies.", "document_date", "2031-05-03"),
    ("en", "It enters into force.\nDone at Brussels, 3 May 2031.", "document_date", "2031-05-03"),
    ("ja", "省令案について、御意見を募集します。受付締切日時　令和13年6月30日23時59分", "comment_deadline", "2031-06-30"),
    ("ko", "입법예고 | 접수기간 : 2031. 5. 3. ~ 2031. 6. 30. (잔여일 : 21일)", "comment_deadline", "2031-06-30"),
    ("ko", "다음과 같이 공고합니다.\n2031년 5월 3일\n식품의약품안전처장\n1. 개정이유", "document_date", "2031-05-03"),
    ("ko", "개정 고시를 내달 18일부터 시행한다.", "effective_date", "2031-06-18"),
    ("de", "Entwurf eines Gesetzes\nBerlin, den 3. Mai 2031\nDie Kanzlerin", "document_date", "2031-05-03"),
    ("de", "Kommentare können bis einschließlich 30. Juni 2031 eingereicht werden.", "comment_deadline", "2031-06-30"),
    ("fr", "Décrète :\nFait le 3 mai 2031.", "document_date", "2031-05-03"),
    ("es", "Real Decreto 477/2031, de 3 de mayo, por el que se regula la terapia celular.", "document_date", "2031-05-03"),
    ("en", "Comments must be received by June 30, 2031. Nominations are due by May 20, 2031.", "comment_deadline", "2031-06-30"),
    ("en", "The consultation closes at 11:59pm on 28 June 2031.", "comment_deadline", "2031-06-28"),
    ("en", "Comments are due 60 days after publication in the Federal Register.", "comment_deadline", "2031-07-09"),
    ("en", "The comment period has been extended from June 1, 2031 to July 1, 2031.", "comment_deadline", "2031-07-01"),
    ("en", "The Regulations come into force on 1st January 2032, except for regulation 5.", "effective_date", "2032-01-01"),
    ("en", "Adopted by the committee\nDate for coming into effect\n1 November 2031", "effective_date", "2031-11-01"),
    ("en", "End of the notice.\nDated: May 3, 2031.\nJane Roe,\nAssociate Commissioner.", "document_date", "2031-05-03"),
    ("ja", "この省令は、令和十三年十月一日から施行する。", "effective_date", "2031-10-01"),
    ("ja", "意見募集期間：令和13年5月10日から令和13年6月8日まで", "comment_deadline", "2031-06-08"),
    ("ko", "이 고시는 2031년 7월 1일부터 시행한다.", "effective_date", "2031-07-01"),
    ("ko", "의견이 있는 경우 2031년 6월 30일까지 의견서를 제출하여 주시기 바랍니다.", "comment_deadline", "2031-06-30"),
    ("de", "Diese Verordnung tritt am 1. Juli 2031 in Kraft.", "effective_date", "2031-07-01"),
    ("de", "Stellungnahmen können bis zum 30.06.2031 eingereicht werden.", "comment_deadline", "2031-06-30"),
    ("fr", "Le présent décret entre en vigueur le 1er juillet 2031.", "effective_date", "2031-07-01"),
    ("fr", "La consultation publique est ouverte jusqu'au 30 juin 2031.", "comment_deadline", "2031-06-30"),
]

NOTHING = [
    ("zh", "请于2031年6月15日前将项目申报书报送至科技处，逾期不予受理。"),
    ("zh", "会议定于2031年6月3日召开，请于5月20日前报名。"),
    ("zh", "到2035年，产业规模达到500亿元；每12个月评估一次。"),
    ("zh", "本條例施行日期，由行政院定之。"),
    ("zh", "一、起草背景\n2029年2月18日，国务院印发《某规划纲要》。"),
    ("zh", "指导原则拟于2031年第三季度公开征求意见，力争年底前发布。"),
    ("zh", "入围项目公示时间为2031年5月12日至2031年5月18日。"),
    ("en", "Comments received on or before June 26, 2031 will be provided to the committee."),
    ("en", "Job closing date: 28 June 2031. Send comments on availability."),
    ("en", "The action date for the application was changed from June 17, 2031 to July 18, 2031."),
    ("en", "Applications must be submitted by June 15, 2031."),
    ("en", "Submit comments by the date given in the notice of June 1, 2031, announcing the draft."),
    ("en", "If finalized, the rule would be effective June 1, 2033."),
    ("en", "Minutes of the meeting of June 3, 2031, 1 p.m. to 3 p.m."),
    ("ko", "특별법 개정안이 지난 2일 국회 본회의를 통과했다."),
    ("ja", "改正法が7日、参院本会議で可決、成立した。"),
]


@pytest.mark.parametrize(("language", "text", "field", "expected"), FOUND)
def test_dates_find_reads_the_day_of_a_field_when_the_words_say_so(language: str, text: str, field: str, expected: str) -> None:
    found = {one.field: one.value for one in dates.find(text, published=PUBLISHED, lang=language)}
    assert found.get(field) == date.fromisoformat(expected)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_dates_find_invents_nothing_when_a_day_means_something_else(language: str, text: str) -> None:
    assert [(one.field, one.value) for one in dates.find(text, published=PUBLISHED, lang=language) if one.value] == []


def test_dates_find_leaves_a_length_open_when_the_publication_is_not_known() -> None:
    (found,) = dates.find("本指南自发布之日起六个月后施行。", published=None, lang="zh")
    assert (found.value, found.relative) == (None, "P6M")


def test_dates_find_resolves_a_length_from_a_start_that_the_sentence_tells() -> None:
    found = dates.find(
        "On 20 May 2031, the agency launched a three month consultation on a guideline.", published=None, lang="en"
    )
    assert {one.field: one.value for one in found}["comment_deadline"] == date(2031, 8, 20)


def test_dates_find_prefers_a_printed_day_when_a_length_stands_beside_it() -> None:
    text = "The agency opens a 75-day consultation. Comments are due by 1 August 2031."
    (found,) = dates.find(text, published=PUBLISHED, lang="en")
    assert (found.value, found.relative) == (date(2031, 8, 1), None)


def test_dates_find_gives_no_answer_when_two_parts_have_two_lengths() -> None:
    text = "本公告发布之日起6个月后受理的申请适用附件一；本公告发布之日起3个月后受理的申请适用附件二。"
    (found,) = dates.find(text, published=PUBLISHED, lang="zh")
    assert (found.value, found.relative) == (None, "P6M|P3M")


def test_dates_find_moves_a_deadline_without_year_past_the_turn_of_the_year() -> None:
    found = dates.find("请于1月15日前反馈意见。", published=date(2031, 12, 20), lang="zh")
    assert [one.value for one in found] == [date(2032, 1, 15)]


@pytest.mark.parametrize(
    ("zone", "expected"), [("America/New_York", date(2031, 4, 3)), ("Europe/London", date(2031, 3, 4)), (None, None)]
)
def test_dates_find_reads_a_slashed_date_only_when_the_zone_tells_its_order(zone: str | None, expected: date | None) -> None:
    found = dates.find("Comments close on 04/03/2031.", published=None, lang="en", zone=zone)
    assert next((one.value for one in found), None) == expected


@pytest.mark.parametrize(
    ("relative", "expected"),
    [("P1M", date(2031, 2, 28)), ("P30D", date(2031, 3, 2)), ("P0D", date(2031, 1, 31)), ("P10BD", None), ("max:P1Y", None)],
)
def test_resolve_keeps_the_day_of_the_month_when_the_month_has_it(relative: str, expected: date | None) -> None:
    assert dates.resolve(relative, date(2031, 1, 31)) == expected


PIECES = st.sampled_from(
    ["自", "2031年5月8日", "前", "意见", "截止", "\n", " ", "国家药监局", "Comments by ", "June 3, 2031", "起施行", "P", "令和13年", "5月1日", "から施行",
     "\ue000", "９９９９年", "30.02.2031", "within 60 days of publication", "發布之日起一個月內", "(", "）", "31/12/2031", "2월 1일부터 시행"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=14).map("".join), st.none() | st.dates())
def test_dates_find_never_raises_and_points_at_its_words(text: str, published: date | None) -> None:
    for one in dates.find(text, published=published, lang=None):
        assert text[one.span.start : one.span.end] == one.span.text
        assert one.span.text
