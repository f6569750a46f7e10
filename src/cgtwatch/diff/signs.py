"""Signs that an answer with status 200 is no page of the source: challenges, log-in and maintenance pages, broken encodings."""

import re

from cgtwatch.model.fetch import Fetched

_LOOKED_AT = 200_000  # bytes of a body; what stands before the page stands at its beginning
LITTLE = 700  # characters of visible text; the walls we have seen hold less, pages hold more
_SCRIPTS = re.compile(
    rb"""\$_ts\b|acw_sc__v\d|__jsl_clearance|_cf_chl_opt|cf[-_]chl|/cdn-cgi/challenge-platform
    |awswafcookiedomainlist|gokuprops|awswafintegration
    |_incapsula_resource|ddos-guard|datadome|px-captcha|perimeterx|sucuri_cloudproxy
    |geetest|probe\.js\?|document\.cookie\s*=.{0,200}location\.(?:reload|href|replace)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_CHALLENGE = re.compile(
    r"""just\ a\ moment|attention\ required|checking\ (?:if\ the\ site|your\ browser)
    |verify(?:ing)?\ (?:that\ )?you\ are\ (?:a\ )?human|are\ you\ (?:a\ )?(?:human|robot)
    |security\ (?:check|verification)|captcha|ddos\ protection|enable\ javascript(?:\ and\ cookies)?
    |javascript\ is\ (?:disabled|required)
    |access\ (?:to\ this\ page\ has\ been\ )?(?:denied|forbidden|blocked)|request\ (?:rejected|blocked|could\ not\ be\ satisfied)
    |(?:you\ have\ been|ip\ address\ is\ on\ this.{0,40})\ ?(?:blocked|blacklist)
    |unusual\ traffic|automated\ (?:requests|access)|too\ many\ requests|^\s*40[13]\b|\b403\ forbidden
    |安全(?:验证|检测|检查|校验|拦截)|人机验证|(?:滑动|图形|点击)验证|输入验证码|访问(?:被(?:拒绝|阻断|禁止|拦截)|受限|过于频繁|频率|验证)|请求(?:被拦截|过于频繁|存在威胁)|(?:web)?应用防火墙
    |启用\s*javascript|开启\s*javascript|浏览器(?:安全)?检查|您的(?:ip|访问|请求).{0,12}(?:被|异常|受限)""",
    re.IGNORECASE | re.VERBOSE,
)
_MAINTENANCE = re.compile(
    r"""(?:site|system|server|scheduled|planned|website|under|down\ for)\s+(?:is\ )?(?:currently\ )?
        (?:under\ |undergoing\ |down\ for\ )?(?:scheduled\ )?maintenance
    |maintenance\ (?:mode|in\ progress|page|window)
    |be\ (?:right\ )?back\ (?:soon|shortly)|temporarily\ (?:unavailable|offline|closed)
    |service\ unavailable|^\s*50[0234]\b|bad\ gateway|gateway\ time-?out|internal\ server\ error
    |database\ error|technical\ difficulties
    |(?:系统|网站|平台|服务器?|栏目|数据库?|页面)(?:正在|目前|暂时|临时)?(?:进行)?(?:维护|升级|检修|(?:改版|建设)中)(?:中|期间|通知)?
    |正在(?:维护|升级|建设|改版)|维护中|升级中|暂停(?:服务|访问)|(?:服务|系统|网站)(?:暂时|暂)?(?:不可用|无法访问|繁忙|异常|错误)
    |稍后(?:再|重)试""",
    re.IGNORECASE | re.VERBOSE,
)
_LOGIN = re.compile(
    r"""^\W*(?:please\ )?(?:log|sign)[\ -]?(?:in|on)\b|(?:log|sign)[\ -]?in\W*$|single\ sign-?on
    |session\ (?:has\ )?(?:expired|timed\ out)|you\ (?:must|need\ to)\ (?:log|sign)\ in
    |unauthori[sz]ed
    |用户登[录陆]|统一(?:身份|用户)?认证|请(?:先)?登[录陆]|^\W*登[录陆]|登[录陆]\W*$|登录(?:已)?(?:过期|超时|失效)|会话(?:已)?(?:过期|超时|失效)""",
    re.IGNORECASE | re.VERBOSE,
)
_LOST = re.compile(
    r"""^\W*(?:error\ )?404\b|\b404\ (?:error|not\ found)
    |(?:page|file|resource|document)\ (?:was\ |could\ )?(?:not\ (?:be\ )?found|does\ not\ exist|no\ longer\ exists)
    |^\W*not\ found\W*$|can(?:no|')t\ (?:be\ )?f(?:ound|ind).{0,20}page
    |(?:页面|网页|文件|内容|信息|栏目|地址|链接).{0,8}(?:不存在|未找到|找不到|已(?:被)?删除|已下线|丢失了?|无法找到|走丢)|找不到.{0,6}(?:页面|网页)""",
    re.IGNORECASE | re.VERBOSE,
)
_PHRASES = (
    ("a challenge page", _CHALLENGE),
    ("a log-in page", _LOGIN),
    ("a maintenance page", _MAINTENANCE),
    ("a page that says it does not exist", _LOST),
)
# UTF-8 read as Latin-1 or Windows-1252 or MacRoman, GBK read as UTF-8 ("锟斤拷", the replaced replacement), UTF-8 read as GBK.
_LATIN = re.compile("[ÃÂÐÑØÙàáâãäåæçèéêëìíîï][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÂÊËÁÈÎÏÌÓÔ][õÕ∫≥≤ÅÄÇÖÑºªΩæøΩ][Ë-ÔΩ∂∞]?")
_REPLACED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_GBK = re.compile("[鍥鏂鍏鐨鎴鍙涓浜璇锛鏈鐢绯绠鑽鍝鐩鏉浠缁瀹娉鎷鍛妫鐞]")


def wall(visit: Fetched, title: str, text: str | None) -> str | None:
    """What kind of page stands in the way, or None.

    `text` is what a reader sees; words count only where they are few, or in the title. None: it does not count at all.
    """
    if visit.headers.get("x-amzn-waf-action", "").lower() in {"challenge", "captcha"} or "cf-mitigated" in visit.headers:
        return "a challenge page"
    little = text is not None and len(text) < LITTLE
    if visit.status == 202 and little:  # nobody answers a plain GET with "accepted" (RFC 9110 15.3.3) but a challenge
        return "a challenge page"
    said = title.strip()[:120]
    for what, words in _PHRASES:
        if said and words.search(said):
            return what
    if text is None or not little:
        return None
    if _SCRIPTS.search(visit.body[:_LOOKED_AT]):
        return "a challenge page"
    return next((what for what, words in _PHRASES if words.search(text)), None)


def page_title(body: str) -> str:
    """What stands between the title tags of a page's source; empty where there is none."""
    head = body[:_LOOKED_AT]
    start = head.lower().find("<title")
    start = head.find(">", start) + 1 if start >= 0 else 0
    end = head.lower().find("</title", start) if start else -1
    return " ".join(head[start:end].split()) if end > start else ""


def visible(body: str) -> str:
    """Roughly what a reader of a page's source sees, in linear time: good enough to tell little from much."""
    source, lower = body[:_LOOKED_AT], body[:_LOOKED_AT].lower()
    kept, at = [], 0
    while (start := source.find("<", at)) >= 0:
        kept.append(source[at:start])
        at = _after_tag(lower, start)
        if at < 0:
            return " ".join(" ".join(kept).split())
    kept.append(source[at:])
    return " ".join(" ".join(kept).split())


def _after_tag(lower: str, start: int) -> int:
    for name in ("script", "style", "title", "!--"):
        if lower.startswith(name, start + 1):
            end = "-->" if name == "!--" else f"</{name}"
            closed = lower.find(end, start)
            return lower.find(">", closed) + 1 or -1 if closed >= 0 else -1
    return lower.find(">", start) + 1 or -1


def garbled(text: str) -> bool:
    """Whether `text` looks like bytes read in a wrong encoding."""
    if not text:
        return False
    broken = 2 * len(_LATIN.findall(text)) + 2 * len(_REPLACED.findall(text))
    letters = sum(1 for char in text if char.isalpha())
    return broken >= max(4, 0.15 * len(text)) or len(_GBK.findall(text)) >= max(4, 0.2 * letters)
