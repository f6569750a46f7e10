"""Whole numbers as Chinese and Japanese texts print them."""

HAN = "〇零○一二三四五六七八九十百"
_HAN_DIGIT = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}


def number(text: str) -> int | None:
    """A whole number in Arabic or Chinese digits (`12`, `十二`, `一百零七`, `二〇二五`, `元`), or None."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    if text == "元":
        return 1
    if not text or any(char not in HAN and char not in "两兩" for char in text):
        return None
    text = text.replace("两", "二").replace("兩", "二")
    if not set(text) & set("十百"):
        return int("".join(str(_HAN_DIGIT[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGIT[char]
    return total + digit
