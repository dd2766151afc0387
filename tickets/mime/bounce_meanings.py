"""What the words of a diagnostic mean, as an enhanced status code without its class (RFC 3463). Only data; bounces.py reads it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.I)


# The first that fits counts.
MEANINGS = (
    ("2.2", _any(
        r"(?:mailbox|mail box|inbox|account|folder|recipient)[^.\n]{0,40}\bfull\b", r"(?:over|exceed\w*|out of)[ -](?:\w+ ){0,4}(?:quota|storage|disk space)", r"quota[^.\n]{0,30}(?:exceed|full|violat)", r"overquota|mailbox size limit|insufficient (?:disk|storage|system storage)|disk (?:full|quota)",
        r"postfach[^.\n]{0,30}(?:voll|überfüllt)|speicherplatz|(?:boîte|bo[iî]te aux lettres)[^.\n]{0,40}pleine|buzón[^.\n]{0,30}llen[oa]|casella[^.\n]{0,30}piena|caixa[^.\n]{0,30}cheia|(?:mailbox|postvak)[^.\n]{0,20}\bvol\b|skrzynka[^.\n]{0,30}pełna|schránka[^.\n]{0,30}plná|megtelt|kota|dolu\b|inkorg[^.\n]{0,20}full|täynnä",
        r"переполнен|переповнен|превышен[ао]? (?:квот|лимит|размер)|已满|已滿|容量|空间不足|いっぱい|容量を超え|가득|초과",
    )),
    ("1.2", _any(
        r"(?:host|domain)[^.\n]{0,40}(?:not found|unknown|not exist|doesn'?t exist|couldn't be found)", r"(?:no such|unknown|any|illegal|bad|invalid) (?:host|domain|mail ?server)", r"nxdomain|unrouteable (?:mail )?domain|name service error|no mx|dns error|bad destination (?:system|host)|illegal host|domain name not found|null mx",
        r"domain(?:e|äne)?[^.\n]{0,30}(?:existiert nicht|unbekannt|nicht gefunden)|домен[^.\n]{0,30}(?:не существует|не найден|не існує)|dominio[^.\n]{0,30}no existe|域名不存在",
    )),
    ("1.1", _any(
        r"user (?:is )?(?:unknown|not found|doesn'?t exist|does not exist)", r"unknown (?:user|recipient|address|local|or illegal|account|mailbox)", r"(?:no such|invalid|bad|illegal) (?:\w+ )?(?:user|recipient|mailbox|address|person|account|alias)",
        r"(?:user|recipient|mailbox|account|address|addressee|alias|e-?mail|name)[^.\n]{0,60}(?:unknown|not found|wasn't found|not exist|doesn'?t exist|no longer|not recognized|not listed|invalid|isn't valid|is not valid|couldn't be found|could not be found|not known|deleted|terminated)",
        r"unrouteable address|unroutable|mailbox unavailable|recipient rejected|recipient ?not ?found|does ?n[o']t (?:exist|like recipient|have an? .{0,20}account)|no mailbox here|not our customer|not listed in|couldn't be found|address not found|no longer (?:employed|works?|with|available|in use)|not a (?:known|valid) (?:user|recipient|address)",
        r"unbekannt|existiert nicht|nicht (?:gefunden|vorhanden)|inconnue?s?\b|n'existe (?:pas|plus)|introuvable|no existe|desconocid|no (?:se )?(?:ha podido |pudo )?encontr|non esiste|inesistente|sconosciut|não existe|inexistente|desconhecid|onbekende?|bestaat niet|niet gevonden|okänd|finns inte|ukendt|findes ikke|ukjent|finnes ikke|tuntematon|ei ole olemassa",
        r"nie istnieje|nieznan[yae]|neexistuj|neznám|nelze najít|nem létez|nem található|ismeretlen|nu există|necunoscut|не существует|не найден|неизвестн|нет такого|не існує|не знайдено|невідом|bulunamadı|mevcut değil|bilinmeyen|άγνωστ|δεν υπάρχει|לא קיים|غير موجود|không tồn tại",
        r"不存在|找不到|无此|無此|没有此|存在しません|見つかりません|不明|存在しない|존재하지|없는 (?:사용자|주소)|등록되지",
    )),
    ("2.1", _any(r"disabled|inactive|suspended|deactivated|(?:account|mailbox)[^.\n]{0,20}(?:locked|closed|expired)|deaktiviert|gesperrt|désactivé|desactivad|disattivat|zablokowan|заблокирован|заблоковано|отключен|not accepting (?:mail|messages)|停用|禁用|冻结")),
    ("3.4", _any(r"(?:message|mail|size)[^.\n]{0,30}(?:too (?:big|large)|exceed)|too (?:large|big)\b|size limit|zu groß|trop (?:volumineux|grand|gros)|demasiado grande|troppo grande|muito grande|te groot|za duż|слишком большо|завеликий|过大|太大|大きすぎ")),
    ("7.1", _any(r"\bspam|blocked|block ?list|blacklist|black list|policy|policies|denied|not allowed|not authori[sz]ed|do not have permission|refused by|prohibited|dmarc|\bspf\b|reputation|content rejected|not permitted|virus|restricted|rejected|abgelehnt|refusé|rechazad|rifiutat|rejeitad|geweigerd|odrzucon|отклонен|відхилен|拒绝|拒収|拒否|거부|스팸")),
    ("4.6", _any(r"too many hops|routing loop|mail loop|hop count|loop(?:ing)? detected|mail forwarding loop")),
    ("4.7", _any(r"timed? ?out|expired|retry time|queue too long|too long in queue|could not be delivered for|nicht erreichbar|after \d+ (?:hours|days)|(?:innerhalb|nach) (?:von )?\d+ (?:stunden|tagen)|超时|タイムアウト")),
    ("4.1", _any(r"connection refused|no answer|no route|unreachable|could not connect|unable to connect|couldn't connect|connect to|connection (?:dropped|lost|reset|failed)|连接失败|接続でき")),
)  # fmt: skip
