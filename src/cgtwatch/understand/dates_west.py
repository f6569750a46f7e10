"""Cues for dates in English, over masked text."""

from cgtwatch.understand.dates_cue import COMMENT_DEADLINE, DOCUMENT_DATE, EFFECTIVE_DATE, HEAD, Cue, CueTable, around, words
from cgtwatch.understand.dates_mask import DAY

_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirty forty-five sixty seventy-five ninety fifteen twenty "
    "fourteen twenty-one twenty-eight"
).replace(" ", "|")
_N = rf"(?P<n>\d{{1,3}}|{_WORDS})"
_U = r"(?:calendar )?(?P<u>days?|weeks?|months?|years?)"
_AT = (
    r"(?:(?:the )?(?:close of business|end of(?: the day)?|midnight|cob|5 ?p\.?m\.?|11:59 ?p\.?m\.?)"
    r"(?: \w{2,8}){0,4}? ?(?:at|on|of)? ?(?:the end of )?)?"
)
_GAP = r"(?:(?!{E})(?!\. [A-Z])[^;\n]){0,160}?"
_COMMENT = r"(?:comments?|submissions?|representations?|feedback|responses?|views|consultation|commenting|comment period)"
_UNTIL = (
    r"(?:by|until|till|through|before|no later than|not later than|on or before|prior to|due(?: on| by| date)?|"
    r"clos(?:e|es|ed|ing)(?: date)?(?: on| at)?|end(?:s|ed|ing)?(?: on)?|conclud(?:e|es|ed|ing)(?: on)?|up to(?: and including)?|deadline(?: is| of"
    r"|:| was)?|extended to)"
)
_OTHER_SUBMISSION = words(
    r"nominat|vacanc|contact person|oral presentation|abstracts?\b|letters? of intent|grant|applicants?\b|request"
    r"(?:s)? to (?:speak|present|attend)|"
    r"regist(?:er|ration) (?:by|before|for)|advisory committee meeting|provided to the (?:advisory )?committee|"
    r"\bjobs?\b|\btenders?\b|applications? (?:clos|due|open)|(?:deadline|closing date) for (?:\w+ ){0,2}applications?"
)
_NOT_NOW = words(
    r"nominat|vacanc|postpon|delay(?:ed|ing|s)? the effective|if finali[sz]ed|if adopted|if enacted|compliance date"
    r"|expire|patent"
)
_EFFECT = r"(?:take|takes|took|taking|taken|come|comes|came|coming|enter|enters|entered|entering|go|goes|went|brought)"
_PUBLIC = r"(?:published|issued|released|launched|announced|posted|adopted|approved|signed|finali[sz]ed|promulgated|unveiled)"
_OLDER = words(r"same (?:name|title)|previous|earlier|prior|revision of|was revised|first version|supersed|withdr")
_AGENCY = words(
    r"\b(?:FDA|EMA|European Commission|MHRA|NMPA|Health Canada|PMDA|MHLW|TGA|Agency|Ministry|Swissmedic|HSA|MFDS|CMS|NIH)\b"
)

# Cues of lengths, which are tried on every text, begin with words and not with a boundary: that is five times as fast.
ENGLISH = CueTable(
    (
        Cue(
            COMMENT_DEADLINE, around(rf"\b{_COMMENT}\b{_GAP}\b{_UNTIL} ?:? ?{_AT}(?:on |at )?{{D}}"), 2, unless=_OTHER_SUBMISSION
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:deadline for|closing date|close date|comments? due|comments? close|deadline|end of (?:public )?consultation"
                r"|consultation end(?: date)?)\b(?:"
                r"(?!{E})[^.;\n]){0,50}{D}"
            ),
            3,
            needs=words(r"comment|consultation|feedback|submission|clos"),
            unless=_OTHER_SUBMISSION,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:consultation|comment period|it|which)\b(?:(?!{E})[^.;\n]){0,60}\b(?:ran|runs?|is open|was open"
                r"|open|running)?\s?(?:between|from|(?:beginn|start|open|commenc)ing(?: on)?) {E}[,]? "
                r"(?:(?:and )?(?:conclud|end|clos)ing(?: on)?|to|until|through|and|-|–) {D}"
            ),
            2,
            needs=words("consultation|comment"),
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"\b(?:respond(?:ed)?|repl(?:y|ies|ied)|write|written comments)\b(?:(?!{{E}})[^.;\n]){{0,40}}\b(?:by"
                rf"|before|until) {_AT}(?:on )?{{D}}"
            ),
            3,
            unless=_OTHER_SUBMISSION,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\bopened (?:on )?{E}(?:,? (?:and|it))? (?:will )?close[sd]?(?: to (?:new )?(?:input|comments"
                r"|responses))?(?: on)? {D}"
            ),
            2,
        ),
        Cue(COMMENT_DEADLINE, around(r"\bby {D},?(?:(?!{E})[^.;\n]){0,60}\bcomments?\b"), 4, unless=_OTHER_SUBMISSION),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"{_COMMENT}\b{_GAP}\bwithin {_N} {_U} (?:of|after|from|following) (?:the )?(?:date of )?(?:its |the "
                rf"|this )?(?:publication|posting|issuance|notice|announcement)"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"(?:open(?:s|ed)?|launch(?:ed|es)?|beg[iau]ns?|start(?:s|ed)?|announc(?:ed|ing))\b(?:"
                rf"(?!{{E}})[^.;\n]){{0,30}}\b{_N}[- ]{_U} (?:long )?(?:public )?(?:comment period|consultation)"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"(?:consultation|comment period)\b(?:(?!{{E}})[^.;\n]){{0,30}}\b(?:runs?|last|lasts|be open|open) for {_N} {_U}(?: from (?P<s>{DAY}))?"
            ),
            5,
            relative="P{n}{u}",
        ),
        # The heads of consultation pages: "Closed 11 Jul", "Opened 27 May", each on a line
        Cue(
            COMMENT_DEADLINE,
            around(r"^Clos(?:ed|es|ing)(?: on| date)?:? ?{D}\s{1,4}Open(?:ed|s|ing)(?: on| date)?:? ?{E}$"),
            2,
            lines=True,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"^Open(?:ed|s|ing)(?: on| date)?:? ?{E}\s{1,4}Clos(?:ed|es|ing)(?: on| date)?:? ?{D}$"),
            2,
            lines=True,
        ),
        Cue(COMMENT_DEADLINE, around(r"\bconsultation (?:period|dates?)[: ]{1,3}{E} ?(?:to|until|-|–) ?{D}"), 2),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"comments? (?:are |is |will be )?due (?:within |in )?{_N} {_U} (?:after|from|of) "
                rf"(?:the )?(?:date of )?publication"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                rf"\b{_EFFECT} (?:in)?(?:to)? ?(?:full )?(?:effect|force|operation)(?:(?!{{E}})"
                rf"(?!\. )[^;\n]){{0,30}}?(?:on|from|as of|as from|by)? ?{{D}}"
            ),
            1,
            unless=_NOT_NOW,
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\beffective(?: date)?(?: (?:as of|on|from|is|of|will be|beginning|starting))?[:,]? ?{D}"),
            1,
            unless=_NOT_NOW,
        ),
        Cue(EFFECTIVE_DATE, around(r"\bwith effect (?:from|on|as of) {D}"), 2, unless=_NOT_NOW),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"\bOn {D},? (?:(?!{E})(?!\. )[^;\n]){3,140}?\b(?:become|becomes|became|went into|goes? into|took|takes?|came into|comes? into|entered into)"
                r" (?:effective|effect|force)\b"
            ),
            2,
            unless=_NOT_NOW,
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\beffective date\b(?:(?!{E})[^.;\n]){0,30}\b(?:is|of|:|on|will be) ?{D}"),
            2,
            unless=words(r"postpon|delay|stay|extend|nominat"),
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\bcommence[sd]? (?:operation )?(?:on |from )?{D}"),
            2,
            needs=words(r"framework|regulation|rule|law|act|guid|change|order|instrument|standard|scheme|measure"),
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\bin (?:full )?(?:effect|force)\b(?:(?!{E})[^.;\n]){0,50}\b(?:from|since|as of|on|starting) {D}"),
            2,
            unless=_NOT_NOW,
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"\b(?:shall|will|to|must)? ?appl(?:y|ies|ied|icable)(?: \w+){0,5}? (?:from|as of|as from|on or after|starting) {D}"
            ),
            3,
            unless=words(r"whichever|applicants|nominat|if finali[sz]ed|grant"),
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"(?:enter|come|take)s? (?:in)?to (?:force|effect) on the (?P<n>twentieth|tenth|third|first|seventh"
                r"|thirtieth|\d{1,2}(?:th|st|nd|rd)) day (?:following|after)(?: that of)? (?:its|the|their) publication"
            ),
            5,
            relative="P{n}D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"(?:enter|come|take)s? (?:in)?to (?:force|effect) on the day (?:following|after) (?:that of )?(?:its "
                r"|the )?publication"
            ),
            5,
            relative="P1D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                rf"(?:effective|takes effect|in force) {_N} {_U} (?:after|from|following) "
                rf"(?:the )?(?:date of )?(?:its )?publication"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(DOCUMENT_DATE, around(r"\bA (?:Notice|Rule|Proposed Rule|Correction) by (?:(?!{E})[^\n]){3,120}? on {D}"), 1),
        Cue(
            DOCUMENT_DATE,
            around(
                r"^(?:Dated|Date issued|Date of issue|Date signed|Issued(?: on)?|Signed(?: on)?|Date of adoption"
                r"|Issue date)[: ]{1,3}{D}"
            ),
            1,
            lines=True,
        ),
        Cue(
            DOCUMENT_DATE,
            around(r"\blaid before (?:(?:the |both )?(?:UK )?(?:Parliament|Houses?)(?: of \w+)?) on {D}"),
            6,
            limit=HEAD,
        ),
        Cue(DOCUMENT_DATE, around(r"^Done at (?:(?!{E})[^\n,;.]){3,30}, (?:on )?{D}"), 1, lines=True),
        Cue(
            DOCUMENT_DATE,
            around(
                r"^(?:Commission |Council )?(?:Implementing |Delegated )?(?:Regulation|Directive|Decision) "
                r"(?:[(](?:EU|EC)[)]|\d)(?:(?!{E})[^\n]){4,120}? of {D}"
            ),
            2,
            lines=True,
            limit=HEAD,
        ),
        Cue(DOCUMENT_DATE, around(r"\bSOR/\d{4}-\d{1,4} {D}"), 1, limit=HEAD * 3),
        Cue(
            DOCUMENT_DATE,
            around(
                r"\b(?:announcement|notice|guidance|document|rule)\b(?:(?!{E})(?!\. )[^;\n]){0,40}? is published in the Federal "
                r"Register on {D}"
            ),
            4,
        ),
        Cue(DOCUMENT_DATE, around(r"^Adopted(?: by(?: the)? [A-Z]{2,5})?[: ]{1,3}{D}"), 5, lines=True, limit=HEAD),
        Cue(DOCUMENT_DATE, around(r"^{D} (?:EMA|EMEA|CHMP|CAT)/"), 1, limit=HEAD),
        Cue(
            DOCUMENT_DATE, around(rf"\bOn {{D}},? (?:the )?(?:(?!{{E}})(?!\. [A-Z])[^;\n]){{2,120}}?\b{_PUBLIC}\b"), 3, limit=HEAD
        ),
        Cue(
            DOCUMENT_DATE,
            around(
                r"\b(?:was|were|been|is) (?:officially |formally )?(?:posted|issued|released|signed|promulgated"
                r"|published) on {D}"
            ),
            4,
            limit=HEAD,
            unless=_OLDER,
        ),
        Cue(
            DOCUMENT_DATE,
            around(rf"\b(?:{_PUBLIC}|cleared|authori[sz]ed|granted)\b(?:(?!{{E}})(?!\. )[^;\n]){{2,90}}? on {{D}}"),
            6,
            limit=HEAD // 2,
            needs=_AGENCY,
            unless=_OLDER,
        ),
    )
)
