"""A digest as a channel gets it, in the shape of a real one."""

from cgtwatch.model.delivery import Message
from deliver.senders import NOW

LINE = "国家药监局药审中心：嵌合抗原受体T细胞（CAR-T）治疗产品上市后变更药学研究技术指导原则（征求意见稿）"
TITLES = [f"{LINE} {number}" for number in range(1, 101)]
PAGE = "".join(f'<p><a href="https://cde.example/{number}">{title}</a></p>' for number, title in enumerate(TITLES, 1))
TEXT = "\n\n".join(f"{title}\n  https://cde.example/{number}" for number, title in enumerate(TITLES, 1))

MESSAGE = Message(
    "digest.created",
    "3 份征求意见，最近 5 天后截止 · CGT 政策摘要",
    TEXT,
    f"<html><head><title>x</title></head><body>{PAGE}<p>why <!--unsubscribe--></p></body></html>",
    {"language": "zh", "count": 100, "events": []},
    "zh",
    NOW,
)
