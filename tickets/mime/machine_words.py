"""How machines phrase it, in many languages: returned mail, delays, absence. Only data; bounces.py and automatic.py read it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re

_I = re.IGNORECASE


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), _I)


DAEMON = _any(
    r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|post-?master|mdaemon|mailerdaemon|majordomo-owner|mail-?delivery(?:-?(?:sub)?system)?|mail-?system|"
    r"maildelivery|mail-?router|microsoftexchange[0-9a-f]{8,40}|bounce-?handler|bounced?mail|mail-?returned|mail-?bouncer?|undeliverable|non-?delivery|"
    r"delivery-?(?:failure|status|error|report|notification)s?|smtp-?gateway)(?:[+=-].{0,100})?@",
    r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)$",
)
DAEMON_NAME = _any(
    r"^e?-?mail delivery (?:sub)?(?:system|service|software)", r"^mail (?:delivery|administrator|system|router)", r"^\"?mailer-? ?daemon", r"^post ?master$",
    r"^microsoft outlook$", r"^system ?administrator", r"^delivery (?:status|subsystem|report)", r"^email delivery", r"^smtp(?: mail)? (?:server|gateway)",
    r"^internet mail (?:delivery|service)", r"^microsoft exchange", r"^администратор (?:почт|систем)", r"^mail deliver", r"^e-?mail system", r"^pmdf", r"^mail-system",
    r"^administrateur syst", r"^administrador del? sist", r"^amministratore (?:di )?sist", r"^administrator systemu", r"^systeembeheerder", r"^systemadminist",
    r"^systémový správce|^správce systému", r"^rendszergazda", r"^mimecast postmaster", r"邮件(?:系统|投递)|^系统管理员|^メール配信|^postmaster",
)  # fmt: skip
# Senders who may be anyone; it takes more to see a machine in them.
OFFICE = _any(
    r"^(?:administrator|admin|root|system|server|mail|mailer|mailserver|mailadmin|no-?reply|do-?not-?reply|noreply|daemon|bounces?|webmaster|smtp|e?mail-?gateway|ses|notifications?|alert|gateway|"
    r"antispam|spam|quarantine|nobody|uucp|listserv|mailgate|exchange)(?:[+=._-].{0,100})?@",
)
RETURNED_SUBJECT = _any(
    r"^mail (?:failure|error|rejected|refused|bounced)", r"(?:message|mail|e-?mail) you sent (?:was |has been )?(?:blocked|rejected|returned)", r"^(?:rejected|bounced?)(?: mail| message)?:", r"(?:not|un)able to (?:be )?deliver",
    r"your (?:message|e?-?mail)[^\n]{0,60}(?:couldn't|could not|was not|wasn't|cannot|not) (?:be )?deliver", r"^delivery (?:failure|error|problem)", r"(?:permanent|transient) (?:delivery )?(?:failure|error)", r"address (?:error|unknown)",
    r"message status - undeliver", r"mail delivery status", r"avis de non[- ]remise", r"message non distribuable", r"non remis", r"non consegnabile", r"no entregable", r"no se puede entregar", r"(?:não|nao) (?:é|foi) (?:possível|entregue)",
    r"kan niet worden (?:bezorgd|afgeleverd)", r"inte levereras", r"toimittaminen (?:ei )?(?:onnistu|epäonnistui)", r"nelze doručit", r"nie można dostarczyć", r"(?:не|недо)доставлено", r"не удается доставить", r"teslim edilemi", r"未传递|未送達|傳遞失敗|传递失败|投递失败|未配信",
    r"배달할 수 없|발송 ?실패|전송실패|\[실패\]", r"αδύνατη παράδοση", r"לא ניתן למסירה", r"zustellung (?:ist )?(?:nicht möglich|gescheitert)", r"(?:e-?mail|nachricht)[^\n]{0,30}nicht (?:zugestellt|übermittelt)", r"mailbox (?:is )?full", r"user unknown",
    r"undeliver", r"delivery (?:status )?notification", r"failure notice", r"failed delivery", r"returned (?:e-?)?mail",
    r"mail delivery (?:failed|failure|error|problem|system)", r"delivery (?:failure|failed|error|problem|has failed)",
    r"(?:message|mail) (?:not|could not be|was not|cannot be|can't be) (?:delivered|sent)", r"non-?delivery", r"mail system error",
    r"delivery report", r"returned to sender", r"unable to deliver", r"(?:mail|message) (?:status|delivery) report",
    r"nondeliverable", r"delivery unsuccessful", r"mail could not", r"message undelivered", r"bounced (?:e-?)?mail",
    r"unzustellbar", r"nicht zugestellt", r"nicht zustellbar", r"zustellung fehlgeschlagen", r"zustellfehler", r"fehler bei der zustellung",
    r"unzustellbare", r"zustellungsfehler", r"rücksendung", r"konnte nicht (?:zugestellt|übermittelt)",
    r"non (?:remis|distribu|délivr)", r"échec (?:de (?:la )?)?(?:remise|livraison|distribution|d'envoi)", r"notification d.état de remise",
    r"non recapit", r"mancato recapito", r"mancata consegna", r"consegna (?:fallita|non riuscita)", r"impossibile recapitare",
    r"no (?:se )?(?:puede|pudo|ha podido)? ?(?:ser )?entreg", r"error (?:de|en la) entrega", r"no entregad", r"fallo (?:de|en la) entrega",
    r"notificación (?:del|de) estado de (?:la )?entrega", r"devuelto", r"não (?:foi )?(?:possível )?entreg", r"falha na entrega", r"devolvid",
    r"notificação de (?:status|estado) de entrega", r"onbestelbaar", r"niet (?:worden )?(?:afgeleverd|bezorgd)", r"aflevering mislukt",
    r"olevererbar", r"kan inte levereras", r"kunde inte levereras", r"ikke lever", r"kan ikke leveres", r"uleverbar", r"perille toimittamaton",
    r"ei voi(?:tu)? toimittaa", r"toimitus epäonnistui", r"niedostarcz", r"nie (?:można|udało się|mogła? (?:zostać|być)) ?(?:było )?(?:się )?dostarcz",
    r"błąd dostarcz", r"nedoručiteln", r"nedoručen", r"nebylo možné doručit", r"kézbesíthetetlen", r"nem kézbesíthető", r"sikertelen kézbesítés",
    r"nelivrat", r"nu (?:a putut|poate) fi livrat", r"neisporuč", r"недоставлен", r"не (?:удалось|удается|может быть|было|был[ао]?) ?(?:быть )?достав",
    r"невозможно доставить", r"ошибка доставки", r"не доставлен", r"не вдалося достав", r"неможливо достав", r"повідомлення не достав", r"повернен[оа]",
    r"αδύνατη η παράδοση", r"δεν παραδόθηκε", r"teslim edilemedi", r"iletilemedi", r"gönderilemedi", r"退信", r"未送达", r"无法(?:送达|投递|传递)",
    r"無法(?:送達|投遞|傳遞)", r"投递失败", r"系统退信", r"配信不能", r"配信できません", r"配信に失敗", r"送信できません", r"届けられません",
    r"不達", r"エラーメール", r"배달되지", r"전송 실패", r"반송", r"배달 실패", r"לא נמסר", r"לא ניתן למסור", r"تعذر (?:تسليم|التسليم)", r"không (?:thể )?gửi được",
    r"gagal (?:terkirim|dikirim)", r"neįteikt", r"nepiegādā", r"toimetamatu",
)  # fmt: skip
RETURNED_TEXT = _any(
    r"(?:could|can|did|was|were|has|have)(?: ?not|n't)(?: yet)?(?: be| been)? (?:deliver|reach|sent to)", r"delivery (?:to the following|has failed|failed|failure)",
    r"undeliverable", r"undelivered", r"unable to deliver", r"delivery .{0,40}failed permanently", r"permanent (?:fatal )?error", r"returned to sender",
    r"the following address(?:es)? (?:had|failed)", r"i'm afraid i wasn't able to deliver", r"user (?:unknown|not found)", r"unknown user", r"no such user",
    r"unrouteable address", r"mailbox (?:unavailable|is full|full|not found|disabled|does not exist|quota)", r"recipient (?:address )?rejected",
    r"over quota", r"quota exceeded", r"address (?:not found|rejected|does not exist|couldn't be found)", r"does ?n[o']t (?:exist|have an? .{0,20}account)",
    r"giving up on", r"this is a permanent error", r"message (?:was )?(?:blocked|rejected)", r"(?:host|domain) (?:unknown|not found)", r"has been rejected",
    r"nicht zugestellt", r"unzustellbar", r"nicht zustellbar", r"empfänger (?:ist )?unbekannt", r"postfach (?:ist )?voll", r"konnte (?:leider )?nicht",
    r"n'a pas pu être", r"impossible de (?:remettre|délivrer|livrer)", r"n'a pu être (?:remis|délivré)", r"boîte .{0,30}pleine", r"adresse .{0,30}inconnue",
    r"no (?:se )?(?:ha podido|pudo|puede)", r"no existe", r"buzón .{0,30}lleno", r"não (?:pôde|foi possível|existe)", r"caixa .{0,30}cheia", r"impossibile (?:recapitare|consegnare)",
    r"non (?:è stato|è stata|può|esiste)", r"casella .{0,30}piena", r"niet (?:worden )?(?:afgeleverd|bezorgd)", r"kon niet worden", r"kunde inte levereras", r"kunne ikke leveres",
    r"ei voitu toimittaa", r"nie (?:mogła?|udało się|istnieje|można)", r"skrzynka .{0,30}pełna", r"nebyl[ao]? (?:možné )?doručen", r"nem (?:sikerült|lehetett) kézbesíteni",
    r"не (?:может быть|удалось|может) ?(?:быть )?достав", r"не (?:было|был[ао]?) достав", r"не существует", r"ящик .{0,30}(?:переполнен|недоступен)", r"недоставлен",
    r"не вдалося достав", r"не існує", r"не (?:може бути|було) доставлен", r"teslim edile", r"无法(?:送达|投递|发送)", r"不存在", r"退回", r"無法(?:送達|投遞)", r"配信できません", r"配送できません", r"届けることができません",
    r"配信されません", r"送信できません", r"존재하지 않", r"전송되지", r"배달(?:할 수 없|되지)", r"[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}", r"smtp error",
)  # fmt: skip
DELAYED = _any(
    r"(?:delivery|message|mail)[^.\n]{0,40}(?:has been |is |was |being )?delayed", r"delayed (?:mail|message|delivery)", r"delivery[^.\n]{0,20}delay",
    r"will (?:be )?(?:retried|retry|keep trying|continue (?:to )?try)", r"(?:still|keep) (?:being )?(?:trying|retr)", r"do not need to resend",
    r"not yet been delivered", r"no action is required on your part", r"warning: (?:could not send|message)", r"not been delivered yet",
    r"verzögert", r"zustellversuch.{0,40}fortgesetzt", r"noch nicht zugestellt", r"weiter(?:hin)? versuch", r"retardée?", r"nouvelles? tentatives?",
    r"retras(?:ad[oa]|o)", r"se seguirá intentando", r"in ritardo", r"atrasad[oa]", r"vertraagd", r"opóźni", r"отложена?", r"задерж", r"будут продолжены", r"затрим", r"延迟|延遲|遅延|遅れ|지연",
)  # fmt: skip
FINAL = _any(
    r"permanent", r"giv(?:ing|en) up", r"gave up", r"will not (?:be )?retr", r"retry time(?:out)? exceeded", r"undeliverable",
    r"returned to sender", r"endgültig", r"окончательно", r"définitiv",
)  # fmt: skip

FOR_GOOD = _any(
    r"permanent(?:ly)? (?:error|fail|fatal|reject)", r"failed permanently", r"fatal error", r"this is a permanent", r"permanente[rns]? fehler", r"endgültig", r"erreur (?:permanente|définitive)", r"error permanente", r"errore permanente",
    r"erro permanente", r"постоянная ошибка", r"永久",
)  # fmt: skip
# A mail that arrived.
ARRIVED = _any(
    r"(?:successfully (?:delivered|relayed)|was delivered to|has been delivered|been successfully|delivery confirmation|message relayed|relayed to)", r"wurde(?:n)? (?:erfolgreich )?(?:zugestellt|übermittelt|weitergeleitet)", r"a (?:bien )?été (?:remis|délivré|relayé)",
    r"ha sido entregad", r"è stato (?:consegnato|recapitato)", r"доставлено успешно|успешно доставлен", r"foi entregue",
)  # fmt: skip

# A subject that begins so was set by a machine, if nothing but a colon and the old subject follows (SUBJECT_GOES_ON).
AUTO_SUBJECT = re.compile(
    r"\W{0,3}(?:"
    r"auto(?:matic|mated|matisch[a-z]{0,2})?[ -]?(?:reply|response|answer|antwort|responder|svar|svars|odpowied[zź])|autoreply|autoresponder|auto(?= ?: ?(?:re|aw|sv|antw|fwd?|out of|abwesen)\b)|"
    r"out[ -]of[ -](?:the )?office(?: (?:auto-?)?(?:reply|response|notification|message))?|away from (?:the |my )?(?:office|desk|mail)|vacation (?:reply|response|notice|message)|absence notice|ooo\b|"
    r"abwesenheits(?:notiz|nachricht|assistent|meldung|benachrichtigung|info)|automatische (?:antwort|rückantwort|eingangsbestätigung|empfangsbestätigung|benachrichtigung)|urlaubs(?:notiz|benachrichtigung)|"
    r"réponse automatique|absence du bureau|message d.absence|respuesta autom[aá]tica|fuera de (?:la )?oficina|autorespuesta|mensaje de ausencia|"
    r"risposta automatica|fuori ufficio|avviso di assenza|resposta autom[aá]tica|fora do escrit[oó]rio|mensagem de ausência|automatisch antwoord|automatisch bericht|afwezigheidsbericht|"
    r"autosvar|automatiskt svar|frånvaromeddelande|automatisk (?:svar|svarmelding)|fraværsmelding|automaattinen vastaus|poissaoloviesti|lomaviesti|"
    r"automatyczna odpowied[zź]|odpowied[zź] automatyczna|autoodpowied[zź]|automatická odpov[eě]ď|automatická správa|automatikus válasz|házon kívül|răspuns automat|automatski odgovor|samodejni odgovor|аутоматски одговор|"
    r"автоответ|автоматический ответ|автоматична відповідь|автовідповідь|автоматичен отговор|αυτόματη απάντηση|εκτός γραφείου|otomatik (?:yanıt|cevap)|automaatvastus|automātisk[āa] atbilde|automatinis atsakymas|"
    r"自动(?:回复|答复)|自動(?:回覆|回復|返信|応答)|不在通知|자동 ?(?:응답|회신)|부재중 ?(?:자동)?|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ"
    r")",
    _I,
)
SUBJECT_GOES_ON = re.compile(r"\s{0,2}(?:[:：\-–—(\[\]<|.!]|(?:re|aw|sv|fwd?|auto)\b|$)", _I)
# A subject that a person may write as well; it takes one more hint.
AWAY_SUBJECT = re.compile(
    r"\W{0,3}(?:(?:i am|i'm|we are)? ?(?:currently )?(?:out of|away from) |out of|on (?:vacation|annual leave|holiday|leave|maternity leave)|abwesen|ich bin|urlaub|nicht im|eingangsbestätigung|absen|je suis absent|accusé de réception|ausen|acuse de recibo|"
    r"fuori|assen|férias|ausên|afwezig|niet aanwezig|frånvar|fravær|ikke (?:på|til)|poissa|nieobecn|jestem na urlopie|poza biurem|mimo kancel|nepřítomn|neprítomn|szabadság|în afara|odsut|odsoten|нет на месте|вне офиса|отсутств|в отпуске|відсутн|у відпустці|поза офісом|"
    r"ofis dışında|kontorist|不在|外出|休暇|休假|부재|היעדרות|خارج المكتب)",
    _I,
)
# Words by which a machine says that it is one. "I am away" alone is what a person may write as well.
AUTO_TEXT = _any(
    r"this (?:is|was) an? (?:auto(?:mated|matic|generated|-generated|matically generated)|out[- ]of[- ]office)[ -]?(?:e-?mail|reply|response|message|answer|notification|acknowledge?ment|generated)?",
    r"this (?:e-?mail|message|reply|response) (?:is|was|has been) (?:automatically|auto-?) ?(?:generated|sent|created)", r"(?:automatic|automated|auto[- ]?)(?:reply|response| reply| response)\b",
    r"dies ist eine automatisch", r"diese (?:e-?mail|nachricht|antwort) (?:wurde|ist) automatisch", r"automatisch (?:generierte|erstellte|erzeugte|versendete) (?:e-?mail|nachricht|antwort|mail)",
    r"(?:ceci|cet? (?:e-?mail|message|courriel|réponse)) est (?:un|une)? ?(?:réponse|message|envoi|e-?mail)? ?automatique", r"message (?:généré |envoyé )?automatique", r"réponse automatique",
    r"(?:este|esta) (?:es un|es una|mensaje|correo|respuesta)[^.\n]{0,40}autom[áa]tic", r"respuesta automática", r"questa? (?:è una? )?(?:risposta|messaggio|e-?mail)[^.\n]{0,30}automatic", r"risposta automatica",
    r"(?:esta|este) (?:é uma?|mensagem|e-?mail|resposta)[^.\n]{0,30}automátic", r"resposta automática", r"dit is een automatisch", r"automatisch (?:antwoord|gegenereerd)", r"detta är ett automatiskt", r"dette er et automatisk",
    r"tämä on automaattinen", r"automaattinen vastaus", r"(?:to jest |ta )?wiadomość[^.\n]{0,30}automatycznie", r"odpowied[zź][^.\n]{0,20}automatyczn|automatyczna odpowied", r"(?:toto je|tato zpráva|táto správa)[^.\n]{0,30}automatick", r"automatikus (?:válasz|üzenet)",
    r"răspuns automat|mesaj automat", r"это (?:автоматическ|сообщение[^.\n]{0,30}автоматически)", r"(?:письмо|сообщение|ответ)[^.\n]{0,30}автоматически", r"автоматический ответ|автоответ", r"це автоматичн|автоматична відповідь|(?:лист|повідомлення)[^.\n]{0,30}автоматично",
    r"αυτόματη απάντηση|αυτόματο μήνυμα", r"otomatik (?:olarak|yanıt|cevap|mesaj)", r"自动(?:回复|发送|答复)|自動(?:回覆|返信|送信|配信|的に送信)", r"자동 ?(?:응답|발송|회신)", r"הודעה אוטומטית|תשובה אוטומטית|מענה אוטומטי", r"رد تلقائي|رسالة تلقائية|رد آلي", r"thư trả lời tự động|pesan otomatis|balasan otomatis",
)  # fmt: skip
# Every phrase of AUTO_TEXT has one of these in it.
AUTO_STEMS = (
    "auto",
    "авто",
    "αυτόμ",
    "otomat",
    "out of",
    "out-of",
    "自动",
    "自動",
    "자동",
    "אוטומטי",
    "تلقائي",
    "آلي",
    "tự động",
)
# Every phrase of AWAY_TEXT has one of these in it; asking for them first is ten times as fast.
AWAY_STEMS = (
    "office", "leave", "vacation", "holiday", "away", "limited access", "i will", "büro", "erreichbar", "im haus", "abwesend", "urlaub",
    "außer haus", "absent", "congé", "vacances", "oficina", "vacaciones", "ausente", "ufficio", "assente", "ferie", "escrit", "férias",
    "afwezig", "aanwezig", "vakantie", "kantoor", "urlop", "nieobecn", "отпуск", "отсутств", "офис", "відпуст", "відсутн", "ledig",
    "bortrest", "semester", "kontoret", "fravær", "til stede", "lomalla", "poissa", "dovolené", "kancel", "nepřítom", "szabadság",
    "concediu", "休", "不在", "出差", "부재", "휴가", "חופשה", "إجازة", "izin", "ofis",
)  # fmt: skip
AWAY_TEXT = _any(
    r"(?:i am|i'm|i will be|i'll be|we are)[^.\n]{0,40}(?:out of (?:the )?office|on (?:annual |parental |maternity |sick )?(?:leave|vacation|holiday)|away (?:from|until|on|till))", r"out of (?:the )?office (?:until|from|and|till|with)", r"(?:currently )?out of office\b.{0,40}\breturn",
    r"limited access to (?:my )?e-?mail", r"i will (?:be back|return)(?: to (?:the )?(?:office|work))?,? (?:on|in|at|from|by|next|when|after)\b", r"i will (?:respond|reply|answer)[^.\n]{0,40}(?:when|upon|as soon)", r"bin[^.\n]{0,60}(?:nicht (?:im büro|erreichbar|im haus)|abwesend|im urlaub|außer haus)", r"nicht im büro", r"je (?:suis|serai)[^.\n]{0,40}(?:absent|en congé|en vacances)",
    r"(?:estoy|estaré|me encuentro)[^.\n]{0,40}(?:fuera de (?:la )?oficina|de vacaciones|ausente)", r"sono[^.\n]{0,30}(?:fuori ufficio|assente|in ferie)|sarò assente", r"(?:estou|estarei)[^.\n]{0,40}(?:fora do escrit|de férias|ausente)", r"ben (?:ik )?[^.\n]{0,40}(?:afwezig|niet aanwezig|op vakantie|niet op kantoor)",
    r"jestem (?:na urlopie|nieobecn)|będę nieobecn|przebywam na urlopie", r"(?:я )?(?:нахожусь|буду|сейчас)[^.\n]{0,40}(?:в отпуске|отсутств|вне офиса)", r"(?:я )?(?:перебуваю|буду|зараз)[^.\n]{0,40}(?:у відпустці|відсутн)", r"jag är[^.\n]{0,40}(?:ledig|bortrest|på semester|inte på kontoret)", r"jeg er[^.\n]{0,40}(?:på ferie|ikke på kontoret|fraværende|ikke til stede)",
    r"olen (?:lomalla|poissa)", r"jsem[^.\n]{0,30}(?:na dovolené|mimo kancel|nepřítom)", r"szabadságon (?:vagyok|leszek)", r"sunt în concediu", r"休暇|不在にして|不在のため|休假|出差|부재|휴가", r"חופשה", r"إجازة", r"yıllık izin|izindeyim|ofis dışında",
)  # fmt: skip

# A text part that only says that there is an HTML part.
NO_HTML = re.compile(
    r"(?:does ?n[o']t|cannot|can't|can not|unable to|not able to|not capable of|without) (?:support |display |show |view |read |render )?(?:an? |the )?(?:html|graphical)"
    r"|(?:html|graphical)[- ]?(?:version|format|e-?mail|message|content)?s?[^.\n]{0,60}(?:not (?:be )?(?:support|display|shown|view)|cannot be|can't be)"
    r"|(?:requires|need|use|enable|view (?:this|the|it)[^.\n]{0,30}(?:in|with|as)) (?:an? )?html|this (?:is an|message (?:is|was sent) in) html (?:e-?mail|message|format)"
    r"|(?:unterstützt|kann|zeigt|darstellen)[^.\n]{0,40}(?:kein[es]?|nicht)[^.\n]{0,20}html|html[^.\n]{0,60}(?:nicht (?:unterstützt|darstell|anzeig|angezeigt)|aktivieren)"
    r"|ne (?:supporte|prend|peut|permet)[^.\n]{0,60}html|no (?:soporta|admite|puede)[^.\n]{0,40}html|non (?:supporta|visualizza|può)[^.\n]{0,40}html|não (?:suporta|permite)[^.\n]{0,40}html"
    r"|ondersteunt (?:geen|niet)[^.\n]{0,30}html|nie obsługuje[^.\n]{0,40}html|не (?:поддерживает|отображает|підтримує)[^.\n]{0,40}html|html[^.\n]{0,40}не (?:поддерживает|отображает|підтримує)",
    _I,
)
