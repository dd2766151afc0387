"""How mail programs announce what they quote, in many languages. Only data, in small letters; attributions.py, header_blocks.py and separators.py read it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re

# "On 3 March 2025, Ann Oak wrote:" — the verb (or noun) of such a line.
WROTE = re.compile(
    r"(?<!\w)(?:wrote|writes|said|quot(?:es|ing)|spake|asked|commented|schr(?:ieb|eibt|ieben|iebst)|geschrieben|meint|zitat von|a (?:é|e)crit|écrit|ecrit|avez écrit|selon|escribi(?:ó|o|ste)|escribe|ha escrito|citando|va escriure|ha scritto|scrisse|scrive|"
    r"escreveu|escreve|schreef|schrijft|geschreven|citeren|napisał(?:\(a\)|a|/a|eś)?|pisze|skrev|skreiv|skrifaði|kirjoitti|kirjoittaa|napsal(?:\(a\)|a|/a)?|napísal(?:\(a\)|a|/a)?|píše|pise|piše|ezt írta|írta|írt|a scris|"
    r"je napisa(?:o|la|l)(?:/la|\(la\))?|napisa(?:o|la|l)(?:/la|\(la\))?|је написао(?:/ла)?|написао(?:/ла)?|напис(?:ал|ала|ав|ала)(?:\((?:а|ла|a)\))?|писал(?:\(а\)|а|и)?|писав(?:\(ла\)|ла)?|пишет|пише|написа|έγραψε(?:ν)?|"
    r"şunu yazdı|yazdı|yazmış|rašė|parašė|rakstīja|kirjutas|menulis|(?:đã )?viết)(?!\w)|כתב(?:ה)?(?:/ה)?|كتب(?:ت)?|نوشت(?:ه)?|ने लिखा|เขียนว่า|เขียน:|写道|寫道|写到|寫到|书写|のメッセージ|のメール|書きました|は書いた|からのメール|님이 작성|작성",
)
# How an announcement ends, cheap to look for.
ENDINGS = (
    ":",
    "：",
    "写道",
    "寫道",
    "のメール",
    "のメッセージ",
    "書きました",
    "작성",
    "wrote",
    "schrieb",
    "a écrit",
)
_PREPOSITIONS = (
    r"on|at|in|am|le|el|il|em|no dia|op|den|på|dnia|w dniu|dne|dňa|dana|la|în data|în ziua|pe|στις|την|vào|ngày|pada|kuupäeval|в|у|на|بتاريخ|في|ב|ביום|于|在|il giorno|in data|a|as of|em|de|selon|quoting|zitat von|citando|"
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|lu|ma|me|je|ve|di|mié|jue|vie|sáb|dom|seg|ter|qua|qui|sex|sáb|pon|wt|śr|czw|pt|sob|niedz|nd|po|út|st|čt|pá|so|ne|ut|št|pi|ti|ke|to|pe|su|lör|sön|tor|ons|tis|mån|man|tir|fre|lør|søn|пн|вт|ср|чт|пт|сб|вс|нд"
)
# The first words of an announcement: a preposition, a weekday, a date, or a name in front of an address.
ATTRIBUTION_START = re.compile(
    rf"(?:{_PREPOSITIONS})(?!\w)|\d{{1,4}}[^\d\n]|[^\W\d_]{{2,14}}[.,]?\s{{1,2}}(?:(?:de|den|dne|d\.|ngày|thg)\s)?\d{{1,2}}(?!\w)|[^\W\d_]{{3,14}},\s|[^<\n]{{1,80}}<[^<>\s]{{1,80}}@|[\"'“„][^\"'\n]{{2,60}}[\"'”“] ?[<(\[]|\[?[^\s\[]{{1,60}}@[\w.-]{{2,60}}|בתאריך|ביום|في|ใน|เมื่อ|在|于|於",
)
ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]{1,64}@[\w.-]{2,120}|<[^<>\n]{2,30}(?: at |@)[^<>\n]{2,60}>")
DATE = re.compile(
    r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{1,2}\s?(?:月|월)\s?\d{1,2}|(?<![\d:.])\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,12}\.?(?:\s|,)|(?<!\w)[^\W\d_]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?(?=[\s,])"
)
YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2}(?!\d)")
TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.hH時时시点]\s?\d{2}(?!\d)|(?<!\d)\d{1,2}\s?(?:[ap]\.?m\.?|uhr)(?!\w)")

# "-----Original Message-----": what stands between the dashes speaks of an original or a forwarded one, and of a message.
HISTORY_STEM = re.compile(
    r"origin|ursprüng|ursprung|urspr\.|forward|weitergeleit|transf[eé]r|réexpéd|reenviad|encaminhad|reencaminhad|inoltrat|oorspronkel|doorgestuurd|oprindelig|opprinnelig|opphavleg|vidarebef|videresend|alkuper|välitet|edelleenläh|oryginal|pierwotn|przekazan|przesłan|"
    r"původní|přeposl|pôvodn|preposl|preposlan|eredeti|továbbít|redirec|исходн|оригинал|пересыла|переслан|первонач|перенаправ|переадрес|оригінал|вихідн|початков|пересила|αρχικ|προωθ|özgün|orijinal|iletilen|izvorn|proslijeđ|prosleđ|posredovan|изворн|прослеђ|препрат|първонач|"
    r"algne|algkiri|edasisaad|edastat|persiųst|pradin|pārsūt|sākotn|原始|原邮件|转发|轉寄|轉發|原文|元の|オリジナル|転送|원본|원래|전달|מקור|הועבר|أصلي|محو|معاد توجيه|ต้นฉบับ|ส่งต่อ|gốc|chuyển tiếp|asli|diteruskan|repl(?:y|ied)|antwort|respuesta|odpowied|ответ",
)
MESSAGE_NOUN = re.compile(
    r"forwarded by|mess?a|mail|nachricht|mitteilung|mensaje|mensagem|messagg|bericht|besked|meddelelse|melding|meddeland|brev|viesti|wiadomo|list|zpráv|správ|üzenet|levél|mesaj|сообщени|письм|повідомл|лист|μήνυμα|ileti|poruk|sporočil|порук|съобщ|kiri|sõnum|žinut|laišk|ziņojum|vēstul|"
    r"邮件|信件|郵件|原文|メッセージ|メール|메시지|메일|הודעה|رسالة|ข้อความ|จดหมาย|thư|tin nhắn|pesan|correo|courriel",
)
FORWARD_BEGINS = re.compile(
    r"(?:(?:begin|start of) forwarded (?:message|e-?mail)|anfang der weitergeleiteten (?:nachricht|e-?mail)|début d[ue] (?:message|courriel|l['’]e-mail) (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato|início da mensagem (?:encaminhada|reencaminhada)|"
    r"begin (?:van )?(?:het )?doorgestuurd(?:e)? bericht|vidarebefordrat (?:brev|mejl|meddelande)|start på videresendt (?:besked|melding)|videresendt (?:besked|melding)|start på vidarebefordrat meddelande|välitetty viesti(?: alkaa)?|edelleenlähetetty viesti|początek przekazywanej wiadomości|začátek přeposílané zprávy|začiatok preposielanej správy|"
    r"továbbított levél kezdete|a továbbított üzenet kezdete|început mesaj redirecționat|начало (?:переадресованного|переадресованого|пересылаемого) сообщения|початок (?:листа, що пересилається|переадресованого (?:повідомлення|листа))|iletilen mesajın başlangıcı|αρχή προωθημένου μηνύματος|početak proslijeđene poruke|"
    r"下面是被转发的邮件|以下是转发的邮件|开始转发的邮件|以下是轉寄的郵件|転送されたメッセージ|전달된 메시지|תחילת ההודעה שהועברה|بدء الرسالة المعاد توجيهها|bắt đầu thư được chuyển tiếp)\s{0,3}[:：]?",
)
REPLY_ABOVE = re.compile(
    r"(?:above|over) this line|oberhalb dieser (?:linie|zeile)|über dieser (?:linie|zeile)|au-dessus de cette ligne|(?:por )?encima de esta línea|acima desta linha|boven deze (?:lijn|regel)|sopra (?:questa|la) (?:linea|riga)|powyżej tej linii|выше этой (?:линии|черты|строки)|вище (?:цієї|цього) (?:лінії|рядка)|"
    r"(?:ovanför|över) den(?:na|här) (?:rad|linje)|over denne linje|tämän rivin yläpuolelle|nad tímto řádkem|nad týmto riadkom|e sor fölé|bu satırın üzerine|この行より上|この線より上|在此行(?:之上|上方)|이 (?:줄|선) 위",
)
RULE = re.compile(r"^[ \t]*(?:[_\-—–=*~#+]{5,}|(?:[-_=*~] ){4,}[-_=*~]?)[ \t]*$")


def is_rule(lines: list[str], at: int) -> bool:
    """Is line `at` drawn across, and not the line under a heading?"""
    line = lines[at].strip()
    if not line or line[0] not in "_-—–=*~#+." or not RULE.match(line):
        return False
    return line[0] == "_" or at == 0 or not lines[at - 1].strip()


LOTUS = re.compile(r"-{2,3} ?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)? ?-{2,3}")

# The rows of a header block. "sent" is apart from "date", because a form may ask for a date too.
_LABELS = {
    "from": "from|von|de|da|dal|van|från|fra|od|от|от кого|від|від кого|lähettäjä|feladó|küldő|gönderen|kimden|expéditeur|remitente|mittente|remetente|absender|отправитель|відправник|odesílatel|odosielateľ|nadawca|afzender|avsändare|afsender|avsender|saatja|kellelt|nuo|siuntėjas|no|"
    "sūtītājs|šalje|pošiljatelj|pošiljalac|pošiljaoc|od koho|de la|expeditor|de către|από|αποστολέας|подател|מאת|من|المرسل|发件人|發件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|발신자|발신|จาก|ผู้ส่ง|từ|người gửi|dari|pengirim|од|шаље|пошиљалац|ко|din partea",
    "sent": "sent|sent at|sent on|gesendet|gesendet am|versendet|envoyé|envoyé le|envoyée|envoyé à|enviado|enviado el|enviado em|enviada em|enviada|enviado a las|inviato|inviato il|inviata|spedito|verzonden|verzonden op|skickat|skickades|sendt|sendt den|lähetetty|wysłano|wysłane|wysłany|data wysłania|odesláno|odoslané|odoslaná|"
    "elküldve|küldve|elküldött|elküldés dátuma|trimis|trimis la|trimisă|data trimiterii|отправлено|отправлен|дата отправки|надіслано|відправлено|дата надсилання|изпратено|gönderildi|gönderilme|gönderme tarihi|gönderim tarihi|gönderilme tarihi|στάλθηκε|απεστάλη|αποστολή|saadetud|saatmisaeg|išsiųsta|išsiuntimo data|nosūtīts|nosūtīšanas datums|poslano|poslato|datum slanja|послато|датум слања|"
    "נשלח|תאריך שליחה|نشر|تاريخ الإرسال|تم الإرسال|أُرسلت|أرسلت|مرسل|发送时间|发送日期|发送|傳送時間|傳送日期|寄件日期|寄件時間|送信日時|送信日|보낸 날짜|보낸날짜|보낸 시간|발신일시|발신일|ส่ง|ส่งเมื่อ|วันที่ส่ง|đã gửi|ngày gửi|gửi|gửi lúc|dikirim|terkirim",
    "date": "date|datum|fecha|data|dato|päivämäärä|päiväys|pvm|dátum|дата|tarih|ημερομηνία|kuupäev|datums|תאריך|التاريخ|日期|時間|时间|日時|日付|날짜|일시|วันที่|ngày|tanggal|датум|time|uhrzeit|czas",
    "to": "to|an|à|a|para|aan|till|til|do|komu|кому|до|vastaanottaja|saaja|címzett|címzettek|către|catre|kime|alıcı|kimə|за|προς|παραλήπτης|kellele|saajad|kam|kome|za|prima|primatelj|primalac|adresat|gavėjas|saņēmējs|pre|pro|příjemce|príjemca|אל|نص|إلى|الى|المستلم|收件人|收件者|宛先|受信者|받는 사람|받는사람|받는이|수신자|수신|ถึง|ผู้รับ|đến|tới|người nhận|kepada|ke|"
    "destinataire|destinatario|empfänger|destinatário|ontvanger|получатель|одержувач|прима|коме|mottagare|modtager|mottaker|adresaci|tõttu",
    "cc": "cc|c.c.|bcc|kopie|kopie an|copie|copie à|copia|kopia|kopi|kopija|kópia|kopio|копия|копии|копія|másolat|másolatot kap|dw|udw|bilgi|抄送|副本|副本抄送|密送|참조|숨은참조|עותק|נסخه|نسخة|κοιν|κοιν.|cópia|ccn|cci|cco|скрытая копия|прихована копія|skrytá kopie|koopia|kopēt|копија|สำเนา|สำเนาถึง|đồng kính gửi|đồng gửi|tembusan|"
    "reply-to|reply to|antwort an|répondre à|responder a|responder para|rispondi a|odpowiedz do|ответить|відповісти|organization|organisation|organizacja|importance|wichtigkeit|priorität|priority|ważność|важность|важливість|attachments|attachment|anlagen|anlage|anhang|pièces jointes|datos adjuntos|allegati|bijlagen|bilagor|vedlegg|vedhæftede filer|liitteet|załączniki|přílohy|prílohy|вложения|вкладення|附件|添付ファイル|첨부파일|첨부",
    "subject": "subject|betreff|betr|betr.|thema|objet|sujet|asunto|oggetto|soggetto|assunto|onderwerp|ämne|ärende|emne|aihe|otsikko|temat|předmět|věc|predmet|vec|tárgy|subiect|subiectul|тема|тема письма|konu|относно|θέμα|teema|tema|temats|naslov|zadeva|נושא|הנדון|الموضوع|موضوع|主题|主題|主旨|標題|标题|件名|題名|제목|เรื่อง|ชื่อเรื่อง|chủ đề|tiêu đề|subjek|perihal|judul|предмет|наслов|re",
}
LABELS: dict[str, str] = {word: kind for kind in reversed(_LABELS) for word in _LABELS[kind].split("|")}
LONGEST_LABEL = max(map(len, LABELS))
INNER_LABEL = re.compile(
    r"(?<=\s)[*_]{0,2}(" + "|".join(sorted(map(re.escape, LABELS), key=len, reverse=True)) + r")[*_]{0,2}\s?[:：]"
)
