"""Names of files in Content-Disposition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgtwatch.text.disposition import offered_name

NAME = "附件1 指导原则.docx"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a.pdf; size=3", "a.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''%E9%99%84%E4%BB%B61.pdf", "附件1.pdf"),
        ("attachment; filename*=gbk''%B8%BD%BC%FE.pdf", "附件.pdf"),
        ("attachment; filename=%E9%99%84%E4%BB%B61.pdf", "附件1.pdf"),
        (f'attachment; filename="{NAME.encode().decode("latin-1")}"', NAME),
        (f'attachment; filename="{NAME.encode("gbk").decode("latin-1")}"', NAME),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\x\\\\a.doc"', "a.doc"),
        ("inline", ""),
        (None, ""),
    ],
)
def test_a_file_is_called_as_its_server_offers_it(header, name):
    assert offered_name(header) == name


@given(st.text())
def test_a_name_is_one_line_without_a_path(text):
    name = offered_name(f"attachment; filename={text}")
    assert "/" not in name
    assert len(name.splitlines()) <= 1
