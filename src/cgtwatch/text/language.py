"""Which language a text is in: by its script, and among Latin ones by their commonest little words."""

import re

_SAMPLE = 20_000
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "kana": re.compile("[\u3041-\u30fa\u30fd-\u30ff]"),  # without the mark ー and the dot ・, which Chinese uses too
    "hangul": re.compile("[\uac00-\ud7a3\u1100-\u11ff]"),
    "han": re.compile("[\u3400-\u9fff\uf900-\ufaff]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}
_WORDS_BY_LANGUAGE = {
    "en": "the of and to in for is on that by with as from are at be was this an or has have it which will not its their",
    "de": "der die und das den von zu mit für ist im auf des eine ein nicht sich dem auch werden wird bei sind einer als nach",
    "fr": "le la les des et du une dans pour est par sur que qui au aux avec ce cette sont ne pas plus ou été ces",
    "es": "el los las del y en que por para con una es se al como su sus más este esta ha fue son sobre entre",
    "pt": "o os as do da dos das em que para com uma não por mais ao na no foi são como sua seu pela pelo",
    "it": "il gli del della di che per con una non sono dei delle nel alla si è più anche da al dal come",
    "nl": "het een van en dat niet voor zijn op te met aan bij ook door naar wordt deze",
}
LITTLE_WORDS = {language: frozenset(words.split()) for language, words in _WORDS_BY_LANGUAGE.items()}


def guess(text: str) -> str | None:
    """The ISO 639-1 code of the language, or None where too little is there to tell.

    A Han character carries about as much as four Latin letters, so it counts four times.
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        return _latin(sample)
    count = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS.items()}
    east = count["han"] + count["kana"] + count["hangul"]
    if east * 4 > count["latin"] + count["cyrillic"] and east:
        if count["hangul"] * 2 > east:
            return "ko"
        return "ja" if count["kana"] * 12 > east else "zh"
    if count["cyrillic"] > count["latin"]:
        return "ru"
    return _latin(sample)


def _latin(sample: str) -> str | None:
    words = [word.lower() for word in _WORD.findall(sample)]
    hits = {language: sum(map(known.__contains__, words)) for language, known in LITTLE_WORDS.items()}
    best = max(hits, key=lambda language: hits[language])
    if hits[best]:
        return best
    # A title without any little word, in plain letters, is English more often than not in this field.
    return "en" if len(words) > 1 and sample.isascii() else None
