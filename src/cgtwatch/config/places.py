"""The places that a source can belong to: ISO 3166-1 alpha-2, ISO 3166-2 subdivisions, `EU` and `INT`."""

import re

from cgtwatch.config.suggest import did_you_mean

_ISO = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
_CHINA = "AH BJ CQ FJ GD GS GX GZ HA HB HE HI HK HL HN JL JS JX LN MO NM NX QH SC SD SH SN SX TJ TW XJ XZ YN ZJ"
COUNTRIES = frozenset(_ISO.split())
CHINA = frozenset(f"CN-{place}" for place in _CHINA.split())
_BEYOND = frozenset({"EU", "INT"})  # EU is exceptionally reserved in ISO 3166; INT is ours, for WHO and ICH
_COMMON_ERRORS = {
    "UK": "GB",
    "USA": "US",
    "WHO": "INT",
    "ICH": "INT",
    "EUROPE": "EU",
    "CHINA": "CN",
    "JAPAN": "JP",
    "KOREA": "KR",
}


def jurisdiction_problem(code: str) -> str | None:
    """What is wrong with `code`, with the mend; None for a place that exists."""
    country, dash, part = code.partition("-")
    if code in COUNTRIES or code in _BEYOND or code in CHINA:
        return None
    if dash and country in COUNTRIES and country != "CN" and re.fullmatch(r"[A-Z0-9]{1,3}", part):
        return None  # the other countries' subdivisions are believed
    meant = _COMMON_ERRORS.get(code.upper())
    hint = (
        f" (did you mean {meant!r}?)" if meant else did_you_mean(code, CHINA if country == "CN" else COUNTRIES | _BEYOND | CHINA)
    )
    return f"{code!r} is no jurisdiction{hint}; write an ISO 3166 code such as CN, CN-GD, US, GB, or EU, INT"
