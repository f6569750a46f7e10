"""Cues for dates in English, German, French and Spanish, over masked text."""

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
_COMMENT = r"(?:comments?|submissions?|feedback|responses?|views|consultation|commenting|comment period)"
_UNTIL = (
    r"(?:by|until|till|through|before|no later than|not later than|on or before|prior to|due(?: on| by| date)?|"
    r"clos(?:e|es|ed|ing)(?: date)?(?: on| at)?|end(?:s|ed|ing)?(?: on)?|up to(?: and including)?|deadline(?: is| of"
    r"|:| was)?|extended to)"
)
_OTHER_SUBMISSION = words(
    r"nominat|vacanc|contact person|oral presentation|abstracts?\b|letters? of intent|grant|applicants?\b|request"
    r"(?:s)? to (?:speak|present|attend)|"
    r"regist(?:er|ration) (?:by|before|for)|advisory committee meeting"
)
_NOT_NOW = words(
    r"nominat|vacanc|postpon|delay(?:ed|ing|s)? the effective|if finali[sz]ed|if adopted|if enacted|compliance date"
    r"|expire|patent"
)
_EFFECT = r"(?:take|takes|took|taking|taken|come|comes|came|coming|enter|enters|entered|entering|go|goes|went|brought)"
_PUBLIC = r"(?:published|issued|released|launched|announced|posted|adopted|approved|signed|finali[sz]ed|promulgated|unveiled)"
_OLDER = words(r"same (?:name|title)|previous|earlier|prior|revis|supersed|withdr")
_AGENCY = words(
    r"\b(?:FDA|EMA|European Commission|MHRA|NMPA|Health Canada|PMDA|MHLW|TGA|Agency|Ministry|Swissmedic|HSA|MFDS|CMS|NIH)\b"
)

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
                r"|open|running)?\s?(?:between|from) {E}[,]? (?:to|until|through|and|-|–) {D}"
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
                rf"\b{_COMMENT}\b{_GAP}\bwithin {_N} {_U} (?:of|after|from|following) (?:the )?(?:date of )?(?:its |the "
                rf"|this )?(?:publication|posting|issuance)"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"\b(?:open(?:s|ed)?|launch(?:ed|es)?|beg[iau]ns?|start(?:s|ed)?|announc(?:ed|ing))\b(?:"
                rf"(?!{{E}})[^.;\n]){{0,30}}\b{_N}[- ]{_U} (?:long )?(?:public )?(?:comment period|consultation)"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"\b(?:consultation|comment period)\b(?:(?!{{E}})[^.;\n]){{0,30}}\b(?:runs?|last|lasts|be open|open) for {_N} {_U}(?: from (?P<s>{DAY}))?"
            ),
            5,
            relative="P{n}{u}",
        ),
        Cue(COMMENT_DEADLINE, around(r"\bconsultation (?:period|dates?)[: ]{1,3}{E} ?(?:to|until|-|–) ?{D}"), 2),
        Cue(
            COMMENT_DEADLINE,
            around(
                rf"\bcomments? (?:are |is |will be )?due (?:within |in )?{_N} {_U} (?:after|from|of) "
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
                r"\b(?:enter|come|take)s? (?:in)?to (?:force|effect) on the (?P<n>twentieth|tenth|third|first|seventh"
                r"|thirtieth|\d{1,2}(?:th|st|nd|rd)) day (?:following|after)(?: that of)? (?:its|the|their) publication"
            ),
            5,
            relative="P{n}D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"\b(?:enter|come|take)s? (?:in)?to (?:force|effect) on the day (?:following|after) (?:that of )?(?:its "
                r"|the )?publication"
            ),
            5,
            relative="P1D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(
                rf"\b(?:effective|takes effect|in force) {_N} {_U} (?:after|from|following) "
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

EUROPEAN = CueTable(
    (
        Cue(EFFECTIVE_DATE, around(r"\b(?:tritt|trat|treten|traten) (?:(?!{E})[^.;\n]){0,80}?am {D} in Kraft"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(r"\b(?:Inkrafttreten|in Kraft (?:seit|ab|am)|mit Wirkung vom|gilt ab(?: dem)?|gültig ab)[: ]{1,3}{D}"),
            2,
        ),
        Cue(EFFECTIVE_DATE, around(r"\bam {D} in Kraft (?:getreten|treten)"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(r"\btritt am Tag(?:e)? nach (?:der|ihrer|seiner) (?:Verkündung|Veröffentlichung|Bekanntmachung) in Kraft"),
            5,
            relative="P1D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\btritt am ersten Tag des auf die (?:Verkündung|Veröffentlichung) folgenden (?:Kalender)?monats in Kraft"),
            5,
            relative="first-day-of-next-month",
        ),
        Cue(EFFECTIVE_DATE, around(r"\bentr(?:e|ent|era|eront|é|ée) en vigueur (?:le|à compter du|au|dès le) {D}"), 1),
        Cue(
            EFFECTIVE_DATE, around(r"\b(?:s'applique|applicables?|s'appliquent) (?:à compter du|à partir du|au|le|dès le) {D}"), 2
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"\bentr(?:e|ent|era|eront) en vigueur le lendemain de (?:sa|leur|la) publication"),
            5,
            relative="P1D",
        ),
        Cue(EFFECTIVE_DATE, around(r"\bentr(?:a|an|ará|arán|ó) en vigor (?:el )?(?:día )?{D}"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(r"\bentr(?:a|an|ará|arán) en vigor (?:el día siguiente|al día siguiente) (?:al )?de su publicación"),
            5,
            relative="P1D",
        ),
        Cue(DOCUMENT_DATE, around(r"\b(?:Ausfertigungsdatum|Datum der Ausfertigung|Erlassen am|Ausgefertigt am)\s?:? ?{D}"), 1),
        Cue(
            DOCUMENT_DATE,
            around(r"^(?:Décret|Loi|Arrêté|Ordonnance|Décision|Instruction|Circulaire)\b(?:(?!{E})[^\n]){0,60}? du {D}"),
            2,
            lines=True,
            limit=HEAD,
        ),
        Cue(
            DOCUMENT_DATE,
            around(r"^(?:Gesetz|Verordnung|Bekanntmachung|Richtlinie)\b(?:(?!{E})[^\n]){0,100}? vom {D}"),
            2,
            lines=True,
            limit=HEAD,
        ),
        Cue(
            DOCUMENT_DATE,
            around(r"^(?:Real Decreto|Ley|Orden|Resolución)\b(?:(?!{E})[^\n]){0,60}?,? de {D}"),
            2,
            lines=True,
            limit=HEAD,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:Stellungnahmen?|Kommentare|Anhörung|Konsultation)\b(?:(?!{E})[^.;\n]){0,80}\bbis (?:zum "
                r"|spätestens )?{D}"
            ),
            2,
        ),
        Cue(
            COMMENT_DEADLINE, around(r"\bFrist (?:zur|für) (?:die )?(?:Stellungnahmen?|Kommentierung)(?: endet am)?\s?:? ?{D}"), 1
        ),
        Cue(COMMENT_DEADLINE, around(r"\bbis (?:zum )?{D}(?:(?!{E})[^.;\n]){0,60}\b(?:Stellungnahme|Stellung)"), 2),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:observations|contributions|commentaires|consultation)\b(?:(?!{E})[^.;\n]){0,90}\b(?:jusqu['’]au"
                r"|avant le|au plus tard le) {D}"
            ),
            2,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:alegaciones|aportaciones|observaciones|comentarios|consulta)\b(?:(?!{E})[^.;\n]){0,90}\bhasta el "
                r"(?:día )?{D}"
            ),
            2,
        ),
    )
)
