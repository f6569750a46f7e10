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
# ISO 3166-1 alpha-3 codes whose alpha-2 code is not their first two letters.
_PAIRS = (
    "ABW:AW AGO:AO ALA:AX AND:AD ARE:AE ARM:AM ATA:AQ ATF:TF ATG:AG AUT:AT BDI:BI BEN:BJ BES:BQ BGD:BD BHS:BS BIH:BA BLR:BY "
    "BLZ:BZ BRB:BB BRN:BN CAF:CF CHL:CL CHN:CN COD:CD COG:CG COK:CK COM:KM CPV:CV CUW:CW CYM:KY DNK:DK ESH:EH EST:EE FLK:FK "
    "FRO:FO FSM:FM GIN:GN GLP:GP GNB:GW GNQ:GQ GRD:GD GRL:GL GUF:GF GUY:GY IRL:IE IRQ:IQ ISR:IL JAM:JM KAZ:KZ KOR:KR LBR:LR "
    "LBY:LY MAC:MO MAF:MF MDG:MG MDV:MV MEX:MX MLT:MT MNE:ME MNP:MP MOZ:MZ MTQ:MQ MYT:YT NIU:NU PAK:PK PCN:PN PLW:PW PNG:PG "
    "POL:PL PRK:KP PRT:PT PRY:PY PYF:PF SEN:SN SGS:GS SLB:SB SLV:SV SPM:PM SRB:RS SUR:SR SVK:SK SVN:SI SWE:SE SWZ:SZ SYC:SC "
    "TCD:TD TKM:TM TUN:TN TUR:TR TUV:TV UKR:UA URY:UY WLF:WF"
)
_ALPHA_3 = dict(pair.split(":") for pair in _PAIRS.split())


def jurisdiction_problem(code: str) -> str | None:
    """What is wrong with `code`, with the mend; None for a place that exists."""
    country, dash, part = code.partition("-")
    if code in COUNTRIES or code in _BEYOND or code in CHINA:
        return None
    if dash and country in COUNTRIES and country != "CN" and re.fullmatch(r"[A-Z0-9]{1,3}", part):
        return None  # the other countries' subdivisions are believed
    meant = _meant(code.upper())
    hint = (
        f" (did you mean {meant!r}?)" if meant else did_you_mean(code, CHINA if country == "CN" else COUNTRIES | _BEYOND | CHINA)
    )
    return f"{code!r} is no jurisdiction{hint}; write an ISO 3166 code such as CN, CN-GD, US, GB, or EU, INT"


def _meant(code: str) -> str | None:
    """The place that a wrong code most likely names: by its alpha-3 code, then by its first two letters."""
    known = _COMMON_ERRORS.get(code) or _ALPHA_3.get(code)
    if known is None and re.fullmatch(r"[A-Z]{3}", code) and code[:2] in COUNTRIES | _BEYOND:
        return code[:2]
    return known
