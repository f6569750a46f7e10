"""What a room is told of an act beside its title."""

from dataclasses import replace

import pytest

from cgtwatch.compose.messages import digest
from cgtwatch.compose.thread import Step
from cgtwatch.deliver.rooms.notice import notice_of
from compose.samples import CONTEXT, DRAFT, LAW, NOW, announce, reader


@pytest.mark.parametrize(
    ("language", "line"),
    [("zh", "征求意见，现已定稿：关于公开征求《嵌合抗原"), ("en", ", now final: 关于公开征求《嵌合抗原")],
)
def test_a_room_is_told_of_the_draft_by_a_line_with_a_colon(language: str, line: str) -> None:
    context = replace(CONTEXT, steps={LAW.id: (Step("finalises", DRAFT),)})
    [item] = notice_of(digest(reader(language), [announce(1, LAW)], context, NOW), "").items
    assert any(line in each for each in item.lines)
