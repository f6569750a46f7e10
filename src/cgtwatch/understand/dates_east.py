"""Cues for dates in Chinese (mainland and Taiwan), Japanese and Korean, over masked text in simplified script."""

from cgtwatch.understand.dates_cue import COMMENT_DEADLINE, DOCUMENT_DATE, EFFECTIVE_DATE, HEAD, Cue, CueTable, around, words

_N = r"(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,4})"
_U = r"个?\s?(?P<u>工作日|自然日|月|日|天|周|年)"
_PUBLISHED = (
    # Begins with words and not with what may stand before them: a search for words is ten times as fast.
    r"(?:发布|公布|印发|颁布|下发|公告|刊登|发文|挂网|上网|公示|刊行|通告|公告刊登公报|刊登公报)"
    r"(?:之)?(?:次)?日(?:起|后)?(?:的)?"
)
_OPINION = words(r"意见|建议|反馈|修改|异议|意견")
_APPLICATION = words(r"申报|填报|报名|推荐单位|申请书|项目申请|遴选|投标|申领|应聘|缴费")
_STARTS = r"(?:正式|全面|统一|同步|开始|起|、|,)*"
_HOUR = r"(?:[(]含[)])?(?:零时|0时|00:00)?"
_IN_FORCE = r"(?:施行|实施|执行|生效|实行|试行|适用|启用|上路)"
_ISSUES = r"(?:正式|联合|公开|对外|已|最新)*(?:发布|公布|印发|出台|颁布|批复|签署|下发|发出|发文|批准|附条件批准)"

CHINESE = CueTable(
    (
        # Comments until
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意见|建议|反馈|征求|征集|公示){X}{0,30}(?:截止|截至|截止到)(?:时间|日期|日)?(?:为|至|到|是|在|:|于)*\s?{D}"
            ),
            1,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"(?:截止|截至)(?:时间|日期|日)?(?:为|至|到|是|:|于)*\s?{D}"),
            3,
            needs=_OPINION,
            unless=_APPLICATION,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"{D}(?:[(][^()]{0,8}[)])?(?:\d{1,2}[:时点]\d{0,2}分?|24时|下班)?(?:或?之?前|或?以前|止|截止)"),
            2,
            needs=words(
                r"(?:意见|建议|反馈).{0,80}(?:提出|提交|反馈|发|寄|报|送|传|函|邮|以|于)|(?:提出|提交|反馈|发|寄|报|送).{0,60}(?:意见|建议)|建议和意见"
            ),
            unless=_APPLICATION,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意见|征求|征集|反馈|公示)(?:征集)?(?:的)?(?:起止)?(?:时间|期限|时限|日期|期)?(?:为|是|:|自|从|于|,)*"
                rf"(?:{{E}}(?:起|开始)?|(?:本)?{_PUBLISHED})(?:至|到|-|—|~|–){{D}}"
            ),
            2,
            needs=_OPINION,
            unless=_APPLICATION,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意见|征求|反馈|公示){X}{0,16}(?:时限|期限|时间|期|截止)?{X}{0,6}"
                + _PUBLISHED
                + _N
                + _U
                + "(?:内|之内|以内)?"
            ),
            4,
            relative="P{n}{u}",
        ),
        Cue(
            COMMENT_DEADLINE,
            around(_PUBLISHED + _N + _U + r"(?:内|之内|以内){X}{0,40}(?:意见|反馈|建议|陈述)"),
            4,
            relative="P{n}{u}",
        ),
        Cue(COMMENT_DEADLINE, around(r"(?:预告终止日|预告截止日|意见截止日)[\]】]?:?\s?{D}"), 1),
        Cue(COMMENT_DEADLINE, around(r"预告(?:期限|期间|期)(?:自|至|到|为|:)*(?:{E}(?:起)?(?:至|到|~|-))?{D}"), 1),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意见|征求|征集|反馈){X}{0,8}?(?:时间|期限|时限|日期|期)?(?:为|已|将|再)*(?:{E})?(?:延长|延期|顺延|延)(?:至|到){D}"
            ),
            1,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"征集(?:起止)?(?:时间|期限|日期)(?:为|是|:|自|从|,)*{E}(?:起|开始)?(?:至|到|-|—|~|–){D}"),
            3,
            unless=words("项目|人才|案例|课题|专家|企业"),
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意见|征集|征求|调查)[^\ue000-\uf8ff]{0,60}(?:开始(?:时间|日期):?{E}[^\ue000-\uf8ff]{0,10})?(?:结束|终止)(?:时间|日期):?\s?{D}"
            ),
            4,
            unless=words("项目|人才|案例|课题|专家|企业|申报"),
        ),
        Cue(COMMENT_DEADLINE, around(r"征求意见(?:期限?|时间|时限)(?:为|是|:)*" + _N + _U), 5, relative="P{n}{u}"),
        # In force from
        Cue(
            EFFECTIVE_DATE,
            around(rf"(?<!截至)(?<!截止){{D}}{_HOUR}{_STARTS}{_IN_FORCE}(?!的|日|期|以来|后|情况|方案|外[,、])"),
            2,
            unless=words(r"如获通过|拟于"),
        ),
        Cue(EFFECTIVE_DATE, around(rf"自{{D}}{_STARTS}的?{{X}}{{1,24}}适用"), 3),
        Cue(EFFECTIVE_DATE, around(r"(?:施行|实施|生效|执行)(?:日期|时间|日)[\]】]?(?:为|是|:)*\s?{D}"), 1),
        Cue(EFFECTIVE_DATE, around(r"自{D}起,{X}{2,60}?(?:执行|适用)"), 4, unless=words("废止|停止|不再|期间")),
        Cue(EFFECTIVE_DATE, around(r"随着{D}《[^《》]{2,80}》的?(?:正式)?(?:实施|施行|生效)"), 4),
        Cue(
            EFFECTIVE_DATE,
            around(_PUBLISHED + rf"(?:满)?{_N}{_U}(?:之?后|起|届满)?{_STARTS}{_IN_FORCE}(?!的)"),
            6,
            relative="P{n}{u}",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(_PUBLISHED + rf"{_N}{_U}后(?:受理|批准|申请|申报|启动|开始){{X}}{{0,24}}适用"),
            6,
            relative="P{n}{u}",
        ),
        Cue(EFFECTIVE_DATE, around(_PUBLISHED + rf"{_N}{_U}后(?:批准|启动|开始){{X}}{{0,24}}适用"), 6, relative="P{n}{u}"),
        Cue(EFFECTIVE_DATE, around(rf"{_PUBLISHED}{_STARTS}{_IN_FORCE}"), 6, relative="P0D"),
        # The act's own day
        Cue(
            DOCUMENT_DATE,
            around(
                r"(?:成文日期|发文日期|发文时间|印发日期|签发日期|制定日期|颁布日期|颁布时间|公布日期|答复日期|答复时间|预告版本)[\]】]?:?\s?{D}"
            ),
            1,
        ),
        Cue(DOCUMENT_DATE, around(r"答复日期(?:\||[^。;\n\ue000-\uf8ff]){0,30}\|\s?{D}"), 1),
        Cue(DOCUMENT_DATE, around(r"{D}{X}{2,50}?(?:制定|订定|修正|修订)(?:公布|发布)"), 1, last=True, needs=words("字第|令")),
        Cue(
            DOCUMENT_DATE,
            around(rf"(?:^|[^\w]){{D}},?(?!{{X}}{{0,40}}(?:起|通过)){{X}}{{2,40}}?{_ISSUES}"),
            3,
            limit=HEAD,
            unless=words(r"常务会议|座谈|考察|调研|截至|以来|曾于"),
        ),
        Cue(DOCUMENT_DATE, around(rf"{{X}}(?:于|在){{D}}{{X}}{{0,6}}?{_ISSUES}"), 3, limit=HEAD, unless=words("起施行")),
        Cue(
            DOCUMENT_DATE,
            around(rf"(?:网站?|局|委|部|厅|院|司|署|办|处|会|中心|政府){{D}}{{X}}{{0,6}}?{_ISSUES}"),
            3,
            limit=HEAD,
            unless=words("起施行"),
        ),
        Cue(DOCUMENT_DATE, around(r"{D}{X}{0,8}?三[读讀](?:修正)?通过"), 5, limit=HEAD),
        # At the foot: "is hereby issued. 31 July", and the printer's line
        Cue(
            DOCUMENT_DATE,
            around(
                r"(?:特此(?:通知|公告|通告|函复|函告|批复|公示)|(?:遵照|贯彻|参照|认真)(?:执行|落实)|现予(?:以)?(?:公布|发布|公告))[。.!]?\s?"
                r"[^。;\n\ue000-\uf8ff]{0,40}{D}\s*$"
            ),
            4,
        ),
        Cue(DOCUMENT_DATE, around(r"{D}印发\s*$"), 4, lines=True, last=True),
        Cue(DOCUMENT_DATE, around(r"{D}{X}{2,40}?令(?:第\d{1,4}号)?(?:公布|发布)"), 2, limit=HEAD),
        Cue(DOCUMENT_DATE, around(r"{D}{X}{1,12}?字第\s?\d{5,12}\s?号"), 4, limit=HEAD // 2),
        Cue(
            DOCUMENT_DATE,
            around(r"(?:发布日期|发布时间|发布日)[\]】]?:?\s?{D}"),
            5,
            limit=HEAD * 2,
            needs=words(r"发布机构|发文机构|发文字号|索引号|主题分类|有效性|时效性|效力级别"),
        ),
        Cue(
            DOCUMENT_DATE,
            around(
                r"{D}{X}{2,30}?(?:人大常委会|常务委员会|代表大会|立法院|立法会){X}{0,20}会议[^\n\ue000-\uf8ff]{0,120}?(?:表决|三[读讀]|审议)通过"
            ),
            8,
            limit=HEAD,
        ),
        Cue(
            DOCUMENT_DATE,
            around(r"{D}{X}{2,40}?(?:常务委员会|代表大会|常务会议|会议){X}{0,40}?(?:通过|修正|修订)(?!的《|的\w{2,6}同时)"),
            8,
            last=True,
            limit=HEAD * 3,
            unless=words("同时废止|常务会议"),
        ),
    )
)

JAPANESE = CueTable(
    (
        Cue(EFFECTIVE_DATE, around(r"施行の日[(]{D}[)]から"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"{D}(?:から|より|に|をもって)?[はも、]?(?:(?!までの)[^。\n\ue000-\uf8ff]){0,12}?(?:施行|適用|発効)(?!前|後|后)"
            ),
            2,
        ),
        Cue(EFFECTIVE_DATE, around(r"{D}[::、]?(?:(?!まで)[^。\n\ue000-\uf8ff]){0,24}?が?施行(?!前|後|后)"), 3),
        Cue(EFFECTIVE_DATE, around(r"(?:施行|適用)(?:期)?日[は::]*{D}"), 1),
        Cue(
            EFFECTIVE_DATE,
            around(r"公布の日から起算して" + _N + r"(?P<u>年|月|日)(?:を超えない|以内)"),
            4,
            relative="max:P{n}{u}",
        ),
        Cue(
            EFFECTIVE_DATE,
            around(r"公布の日から(?:起算して" + _N + r"(?P<u>年|月|日)を経[過过]した日から)施行"),
            4,
            relative="P{n}{u}",
        ),
        Cue(EFFECTIVE_DATE, around(r"公布の日から施行(?:する|し)"), 6, relative="P0D"),
        Cue(
            EFFECTIVE_DATE,
            around(r"この(?:法律|政令|省令)は、(?P<act>[^。、\n]{2,40}?)(?:[(][^()]{0,30}[)])?の施行の日から施行"),
            3,
            relative="same-day-as:{act}",
        ),
        Cue(
            DOCUMENT_DATE,
            around(r"^{X}{0,12}{D}\s?(?:厚生労働省|文部科学省|[経经]済産業省|内[閣阁]府|消[費费]者[庁厅])"),
            1,
            limit=HEAD // 4,
            lines=True,
        ),
        Cue(DOCUMENT_DATE, around(r"[(]?{D}(?:最终|最終)改正"), 1, limit=HEAD),
        Cue(DOCUMENT_DATE, around(r"{D}(?:、|に|,)?(?:(?!から|施行)[^。\n\ue000-\uf8ff]){0,16}?公布(?:され|しま|する|し)"), 2),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意見|御意見|パブリックコメント|募集|意见){X}{0,40}?{D}(?:[(][^()]{0,6}[)])?(?:\d{1,2}[:时時]\d{0,2}分?)?(?:まで|締切|必着)"
            ),
            2,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(r"(?:意見|意见|募集)(?:の)?(?:受付|提出|募集)?(?:締切日?|期限|終了日)(?:日)?(?:は|:)*\s?{D}"),
            1,
        ),
        Cue(COMMENT_DEADLINE, around(r"(?:意見|意见|募集)[^。\n]{0,12}?期[間间][::は]*{E}(?:から|~|〜|-){D}"), 1),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:意見|意见|パブリック)[^\ue000-\uf8ff]{0,200}?(?:受付|提出|募集)(?:締切|期限|終了|终了)(?:日[时時]|日)?(?:は|:)*\s?{D}"
            ),
            2,
        ),
        Cue(COMMENT_DEADLINE, around(r"{D}(?:まで)(?:に)?{X}{0,24}(?:意見|意见)"), 3),
    )
)

KOREAN = CueTable(
    (
        Cue(
            EFFECTIVE_DATE,
            around(r"{D}\.?(?:부터|에|자로)?\s?(?:(?!까지)[^.\n\ue000-\uf8ff]){0,14}?(?:시행|발효)(?!한 |했|된 |됐|규칙|령)"),
            2,
        ),
        Cue(EFFECTIVE_DATE, around(r"시행(?:일|일자|일은|일:|\s?:)\s?:?\s?{D}"), 1),
        Cue(EFFECTIVE_DATE, around(r"(?:공포|고시|발령)(?:한|된)?\s?날부터\s?시행"), 6, relative="P0D"),
        Cue(
            EFFECTIVE_DATE,
            around(
                r"(?:공포|고시)\s?(?:후|한 후)\s?" + r"(?P<n>\d{1,3})\s?(?P<u>년|개월|일)이?\s?(?:경과한|지난)\s?날부터\s?시행"
            ),
            6,
            relative="P{n}{u}",
        ),
        Cue(DOCUMENT_DATE, around(r"(?:발간일|제정일|공포일|고시일|발행일|개정일|공포일자|제정일자)[\s•·:]*{D}"), 1),
        Cue(
            DOCUMENT_DATE,
            around(
                r"{D}\.?,?\s?(?:(?!까지|부터)[^.\n\ue000-\uf8ff]){0,80}?"
                r"(?:행정예고|입법예고|고시|공포|발간|발표|개정|제정|공고|승인|허가)(?:했|하였|한다고|됐|되었)"
            ),
            3,
            limit=HEAD,
        ),
        Cue(
            COMMENT_DEADLINE,
            around(
                r"(?:예고|의견)[^\ue000-\uf8ff]{0,160}?(?:접수|의견|제출|수렴|예고|조회)\s?기간\s?:?\s?{E}\.?\s?(?:~|〜|-|부터)\s?{D}"
            ),
            1,
        ),
        Cue(COMMENT_DEADLINE, around(r"의견[^.\n\ue000-\uf8ff]{0,40}?{D}\.?\s?까지"), 2),
        Cue(COMMENT_DEADLINE, around(r"{D}\.?\s?까지[^.\n\ue000-\uf8ff]{0,40}?의견"), 2),
    )
)
