"""How much a text looks like the language that a charset is for, by the commonest characters of that language."""

import re

# The characters that make up about a third and more of running text (frequency lists are alike over corpora; these are
# the tops of them). Kana and Hangul speak for themselves, so a few of the commonest are enough.
_SIMPLIFIED = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那"
    "社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通"
)
_TRADITIONAL = (
    "的一是不在有人我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得著下自之年過發後作里用道行所然家種事成方多經"
    "麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日者意無力它與長把機十民第公此已工使情明性知全三又"
)
_JAPANESE = (
    "のにはをたがでてとしれさいるなかもらすことまうくあけりっきんよおえちつみやせわめどじろば日年人大本中ンスルトイリアラク"
)
_KOREAN = "이다는을에의가고하지로기리사대서은자아도나어시라한들해일인주그정있를전으만보수과것제상스여장게부공오안국동"
_COMMON = {
    "gb18030": frozenset(_SIMPLIFIED),
    "big5": frozenset(_TRADITIONAL),
    "shift_jis": frozenset(_JAPANESE),
    "euc-jp": frozenset(_JAPANESE),
    "euc-kr": frozenset(_KOREAN),
}
_SAMPLE = 4000  # letters; more tell nothing new
_LETTER = re.compile(r"[^\x00-\x7f\u3000-\u303f\uff00-\uff60\ufffd]")
_KANA = re.compile("[\u3041-\u30fa]")


def likeness(text: str, family: str) -> float:
    """The share (0 to 1) of the letters beyond ASCII that are among the commonest of the charset's language.

    A family for which there is no list has a likeness of 0.1: neither for nor against. EUC-JP read as GB18030 gives the
    same kana at the same places, so kana speak against Chinese.
    """
    letters = _LETTER.findall(text[: 50 * _SAMPLE])[:_SAMPLE]
    common = _COMMON.get(family)
    if common is None:
        return 0.1
    if not letters:
        return 0.0
    share = sum(letter in common for letter in letters) / len(letters)
    if family in ("gb18030", "big5"):
        share -= len(_KANA.findall("".join(letters))) / len(letters)
    return max(0.0, share)
