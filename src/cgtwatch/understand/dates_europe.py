"""Cues for dates in German, French and Spanish, over masked text."""

from cgtwatch.understand.dates_cue import COMMENT_DEADLINE, DOCUMENT_DATE, EFFECTIVE_DATE, HEAD, Cue, CueTable, around, words

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
            around(r"tritt am Tag(?:e)? nach (?:der|ihrer|seiner) (?:Verkündung|Veröffentlichung|Bekanntmachung) in Kraft"),
            5,
            relative="P1D",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"tritt am ersten Tag des auf die (?:Verkündung|Veröffentlichung) folgenden (?:Kalender)?monats in Kraft"),
            5,
            relative="first-day-of-next-month",
        ),
        Cue(EFFECTIVE_DATE, around(r"\bentr(?:e|ent|era|eront|é|ée) en vigueur (?:le|à compter du|au|dès le) {D}"), 1),
        Cue(
            EFFECTIVE_DATE, around(r"\b(?:s'applique|applicables?|s'appliquent) (?:à compter du|à partir du|au|le|dès le) {D}"), 2
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"entr(?:e|ent|era|eront) en vigueur le lendemain de (?:sa|leur|la) publication"),
            5,
            relative="P1D",
        ),
        Cue(EFFECTIVE_DATE, around(r"\bentr(?:a|an|ará|arán|ó) en vigor (?:el )?(?:día )?{D}"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(r"entr(?:a|an|ará|arán) en vigor (?:el día siguiente|al día siguiente) (?:al )?de su publicación"),
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
            around(r"^(?:Real Decreto|Ley|Orden|Resolución)\b(?:(?!{E})[^\n]){0,60}?(?:,? de |/?){D}"),
            2,
            lines=True,
            limit=HEAD,
        ),
        # Place and day of a signature
        Cue(DOCUMENT_DATE, around(r"\b[\wäöüß]{3,20}, den {D}"), 2, lines=True),
        Cue(DOCUMENT_DATE, around(r"^Geschehen zu (?:(?!{E})[^\n]){3,30} am {D}"), 1, lines=True),
        Cue(DOCUMENT_DATE, around(r"^Fait (?:à (?:(?!{E})[^\n]){2,30}, )?le {D}"), 1, lines=True),
        Cue(DOCUMENT_DATE, around(r"^(?:Hecho|Dado) en (?:(?!{E})[^\n]){3,30}, (?:el|a) {D}"), 1, lines=True),
        Cue(
            DOCUMENT_DATE,
            around(r"\b(?:AEMPS|Ministerio|Agencia Española)\b(?:(?!{E})[^;]){0,200}?\bFecha de publicación:? {D}"),
            5,
            limit=HEAD,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"\b(?:Stellungnahmen?|Kommentare|Anhörung|Konsultation)\b(?:(?!{E})[^.;\n]){0,80}\b(?:bis|endet am) (?:zum "
                r"|spätestens |einschließlich |einschl\. )*{D}"
            ),
            2,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"\b(?:Kommentierungs|Konsultations|Anhörungs|Stellungnahme)frist\b(?:(?!{E})[^.;\n]){0,30} {D}"),
            1,
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
                r"\bconsultation\b(?:(?!{E})[^.;\n]){0,60}\b"
                r"(?:(?:se termine|s['’]achève|prend fin|se clôture|est close) le|du {E} au) {D}"
            ),
            2,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"\bdate limite (?:de|pour|d['’])(?:(?!{E})[^.;\n]){0,40} {D}"),
            3,
            needs=words("contribution|répon|consultation|observation|commentaire"),
            unless=words("candidature|projets?"),
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"\bplazo\b(?:(?!{E})[^.;\n]){0,80}\b(?:(?:finaliza|termina|concluye)(?: el)?|hasta el) (?:día )?{D}"),
            3,
            needs=words("aportaciones|alegaciones|observaciones|comentarios|consulta|información pública"),
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
