"""How mail programs announce what they quote and sign, in many languages. Only data; quotes.py and signatures.py read it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re

_I = re.IGNORECASE

# "On 3 March 2025, Ann Oak wrote:" — the verb (or noun) that such a line ends with, or has near its end.
_WROTE = (
    r"wrote|writes|schrieb(?:en|st du)?|geschrieben|a (?:é|e)crit|avez écrit|escribi(?:ó|o|ste)|ha escrito|va escriure|ha scritto|scrisse|escreveu|schreef|geschreven(?:e)?|"
    r"napisał(?:\(a\)|a|/a)?|pisze|skrev|skreiv|skrifaði|kirjoitti|napsal(?:\(a\)|a|/a)?|napísal(?:\(a\)|a|/a)?|p(?:í|i)še|(?:ezt )?írta|a scris|je napisa(?:o|la|l)(?:/la|\(la\))?|"
    r"је написао(?:/ла)?|написа(?:л(?:\(а\)|а)?|в(?:\(ла\)|ла)?)?|писа(?:л(?:\(а\)|а)?|в(?:\(ла\)|ла)?)|пишет|пише|έγραψε(?:ν)?|şunu yazdı|yazdı|rašė|parašė|rakstīja|kirjutas|"
    r"כתב(?:ה)?(?:/ה)?|‏?كتب(?:ت)?|ने लिखा|เขียนว่า|đã viết|menulis|写道|寫道|写到|书写|のメッセージ|のメール|書きました|は書いた|님이 작성|작성|نوشت(?:ه)?|het volgende geschreven"
)
WROTE_END = re.compile(
    rf"(?:{_WROTE})(?:[^\n]{{0,40}})?\s{{0,3}}[:：]\s*$|(?:写道|寫道|のメール|のメッセージ|書きました|작성|wrote|schrieb)\s*[:：]?\s*$",
    _I,
)
WROTE_ANY = re.compile(rf"(?:{_WROTE})", _I)
ATTRIBUTION_START = re.compile(
    r"(?:On|At|In|Am|Le|El|Il|Em|No dia|Op|Den|På|Dnia|W dniu|Dne|Dňa|Dana|Dne|La|În data|Pe|Στις|Την|Tarih|Vào|Pada|Kuupäeval|в|В|У|у|بتاريخ|في|ב|في|于|在|Il giorno|In data|A|Kl|"
    r"[A-Za-zÀ-ž]{2,12}[.,]|[а-яіїєґ]{2,4}[.,]|\d{1,4}[-./年]|ma|ti|ke|to|pe|la|su|Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?![A-Za-z])",
)
DATE_AND_ADDRESS = re.compile(r"\d.{3,200}[<(][^<>()@\s]{1,80}@[^<>()\s]{1,120}[>)]\s*[:：]\s*$")
# A whole date or an address: what stands below such a line without marks is history all the same.
WHEN_OR_WHO = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|[\w.+-]{1,64}@[\w-]{1,64}\.")

SEPARATOR = re.compile(
    r"^[ \t]*(?:[-_=*—–]{2,30}\s*(?:original message|original e-?mail|forwarded (?:message|by|mail).{0,60}|reply message|replied message|weitergeleitete (?:nachricht|e-?mail)|ursprüngliche (?:nachricht|e-?mail|mitteilung)|"
    r"original-?nachricht|originalnachricht|message (?:d.origine|original|transféré|d'origine)|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada|reencaminhada)|messaggio (?:originale|inoltrato)|"
    r"oorspronkelijk(?:e)? bericht|doorgestuurd bericht|oprindelig (?:besked|meddelelse)|opprinnelig melding|ursprungligt meddelande|originalmeddelande|vidarebefordrat (?:brev|meddelande)|videresendt (?:besked|melding)|alkuperäinen viesti|edelleenlähetetty viesti|"
    r"(?:oryginalna|pierwotna|oryginalny|przekazana) (?:wiadomość|wiadomosc|list)(?: oryginalna)?|wiadomość (?:oryginalna|przekazana|pierwotna)|původní (?:zpráva|e-?mail)|pôvodná správa|přeposlaná zpráva|eredeti üzenet|továbbított üzenet|mesaj original|mesaj redirecționat|"
    r"исходное сообщение|оригинальное сообщение|пересылаемое сообщение|пересланное сообщение|пересылаемое письмо|исходное письмо|первоначальное сообщение|переслане повідомлення|оригінальне повідомлення|вихідне повідомлення|початкове повідомлення|"
    r"αρχικό μήνυμα|προωθημένο μήνυμα|özgün ileti|orijinal (?:mesaj|ileti)|iletilen (?:mesaj|ileti)|izvorna poruka|originalna poruka|изворна порука|оригинално съобщение|препратено съобщение|algne kiri|originali žinutė|sākotnējais ziņojums|"
    r"原始邮件|原邮件|转发邮件|转发的邮件|邮件原件|原始信件|原始郵件|轉寄郵件|原文|元のメッセージ|オリジナルメッセージ|転送メッセージ|原本 메시지|원본 (?:메시지|메일)|전달된 메시지|הודעה מקורית|الرسالة الأصلية|thư gốc|tin nhắn gốc|pesan asli)\s*[-_=*—–]{0,30}|"
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht|"
    r"vidarebefordrat brev|начало переадресованного сообщения|початок (?:листа, що пересилається|переадресованого повідомлення)|początek przekazywanej wiadomości|začátek přeposílané zprávy|下面是被转发的邮件|以下是转发的邮件|転送されたメッセージ)\s*[:：]?|"
    r"[-_=*#—–]{0,10}\s*(?:please )?(?:reply|respond|write|type your (?:reply|response)) above this line.{0,40})[ \t]*$",
    _I,
)
RULE = re.compile(r"^[ \t]*[_\-—–=]{10,}[ \t]*$")

_FROM = "from|von|de la|de|da|van|från|fra|od|от кого|от|від кого|від|lähettäjä|feladó|gönderen|kimden|expéditeur|remitente|mittente|remetente|absender|отправитель|відправник|odesílatel|odosielateľ|nadawca|afzender|avsändare|afsender|avsender|από|saatja|nuo|no|šalje|pošiljatelj|pošiljalac|מאת|من|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|จาก|từ|dari|din|од"
_DATE = "sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el| em)?|enviada(?: em)?|fecha|data|inviato|verzonden|skickat|sendt|lähetetty|päivämäärä|päiväys|wysłano|data wysłania|odesláno|odoslané|dátum|elküldve|küldve|trimis|отправлено|дата|надіслано|відправлено|изпратено|tarih|gönderildi|gönderme tarihi|ημερομηνία|στάλθηκε|saadetud|kuupäev|išsiųsta|nosūtīts|poslano|poslato|datum slanja|נשלח|תאריך|التاريخ|تاريخ الإرسال|تم الإرسال|发送时间|发送日期|日期|時間|傳送時間|寄件日期|送信日時|日時|日付|보낸 날짜|날짜|วันที่|ส่ง|ngày|đã gửi|tanggal|dikirim|послато|датум"
_TO = "to|an|à|a|para|aan|till|til|do|komu|кому|до|vastaanottaja|címzett|către|kime|alıcı|за|προς|kellele|kam|kam|za|prima|אל|إلى|收件人|收件者|宛先|受信者|받는 사람|받는사람|ถึง|đến|tới|kepada|destinataire|destinatario|empfänger|destinatário|ontvanger|получатель|kam|за"
_CC = "cc|bcc|kopie|copie|copia|kopia|kopi|копия|копія|másolat|dw|udw|bilgi|抄送|副本|참조|עותק|نسخة|κοιν|cópia|kopio|ccn|cci|cco|скрытая копия|reply-to|antwort an|répondre à|odpowiedz|ответить|organization|organisation|importance|wichtigkeit|priorität|attachments|anlagen|pièces jointes"
_SUBJECT = "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|tárgy|subiect|тема|конu|konu|относно|θέμα|teema|tema|temats|naslov|zadeva|נושא|الموضوع|主题|主題|主旨|件名|제목|เรื่อง|chủ đề|subjek|perihal|предмет|наслов|re"


def _label(kind: str, words: str) -> str:
    return f"(?P<{kind}>{words})"


LABEL = re.compile(
    rf"^[ \t>|*_]{{0,6}}(?:{_label('from_', _FROM)}|{_label('date', _DATE)}|{_label('subject', _SUBJECT)}|{_label('to', _TO)}|{_label('cc', _CC)})[*_]{{0,2}}[ \t\xa0]{{0,3}}[:：][*_]{{0,2}}(?P<value>.{{0,1000}})$",
    _I,
)

MOBILE = re.compile(
    r"^[ \t]*(?:[-–—*_(\[<]{0,3}\s*)(?:sent (?:from|via|with|using|by) (?:my |the |an? )?(?:[\w .&+’'®™-]{0,40}?)(?:iphone|ipad|ipod|android|samsung|galaxy|blackberry|htc|huawei|honor|xiaomi|mi|nokia|sony|lg|windows|phone|mobile|smartphone|tablet|device|mail|yahoo|outlook|gmail|proton|aol|fastmail|spark|airmail|handy|mailbird|tutanota|gmx|web\.de|zoho|myphone|verizon|t-mobile|at&t|vodafone|telstra|app|pixel|oneplus|motorola|k-9|bluemail|hey|thunderbird|superhuman|front|newton|mailspring|wireless|handheld|pocket|treo|edison|em client)[^\n]{0,60}|"
    r"get outlook for [^\n]{0,60}|(?:envoyé|envoyée) (?:de(?:puis)?|par|à partir de|avec) [^\n]{1,60}|téléchargez outlook pour [^\n]{0,60}|obtenez outlook pour [^\n]{0,60}|"
    r"(?:diese (?:nachricht|e-?mail) wurde )?(?:von (?:meinem|meiner|unterwegs|mobil)[^\n]{0,50}(?:gesendet|geschickt|gesandt)|gesendet (?:von|mit|über|aus|vom)[^\n]{1,60}|versendet (?:von|mit)[^\n]{1,60}|von [\w .-]{2,40} gesendet)\.?|holen sie sich outlook[^\n]{0,50}|outlook für (?:ios|android)[^\n]{0,40}|"
    r"enviado (?:desde|do|a partir do|de|con|pelo|por)[^\n]{1,60}|enviada (?:do|desde)[^\n]{1,60}|obtener outlook para[^\n]{0,40}|obter o? ?outlook para[^\n]{0,40}|inviato (?:da|dal|con)[^\n]{1,60}|ottieni outlook per[^\n]{0,40}|scarica outlook[^\n]{0,40}|"
    r"(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|van)[^\n]{1,60}|outlook voor (?:ios|android)[^\n]{0,40}|skickat från[^\n]{1,60}|sendt fra[^\n]{1,60}|sendt via[^\n]{1,60}|lähetetty[^\n]{1,60}(?:sta|stä|lta|ltä|ni)\.?|lähetetty \S+[^\n]{1,40}|hanki outlook[^\n]{0,40}|"
    r"wysłan[eoay] (?:z|przy|za)[^\n]{1,60}|pobierz (?:aplikację )?outlook[^\n]{0,50}|odesláno (?:z|ze)[^\n]{1,60}|odoslané (?:z|zo)[^\n]{1,60}|(?:az )?\S{0,20}(?:iphone|ipad|android)\S{0,12} küldve|trimis (?:de pe|din)[^\n]{1,60}|poslano (?:s|z|iz|sa)[^\n]{1,60}|"
    r"отправлен[оа] (?:с|из|через|мобильн)[^\n]{1,60}|надіслано (?:з|із|за|через)[^\n]{1,60}|відправлено (?:з|із)[^\n]{1,60}|изпратено от[^\n]{1,60}|послато са[^\n]{1,60}|στάλθηκε από[^\n]{1,60}|(?:iphone|ipad|android|samsung|[\w ]{2,20}?)['’]?\w{0,6} gönderildi|"
    r"saadetud [^\n]{1,50}|išsiųsta iš[^\n]{1,50}|nosūtīts no[^\n]{1,50}|发自[^\n]{1,40}|從我的[^\n]{1,30}(?:傳送|發送|寄出)|从我的[^\n]{1,30}发送|发送自[^\n]{1,40}|(?:iphone|ipad|android|スマートフォン|私の)[^\n]{0,20}から送信|나의 [^\n]{1,30}에서 (?:보냄|보낸)[^\n]{0,10}|(?:נשלח מ)[^\n]{1,50}|أرسلت من[^\n]{1,40}|مرسل من[^\n]{1,40}|đã gửi từ[^\n]{1,40}|được gửi từ[^\n]{1,40}|dikirim dari[^\n]{1,40}|ส่งจาก[^\n]{1,40})"
    r"[ \t\])>*_]*$",
    _I,
)
CLOSING = re.compile(
    r"^[ \t]*(?:(?:with )?(?:best|kind|warm|many|kindest|warmest)? ?(?:regards|wishes|greetings)|(?:yours? )?(?:sincerely|faithfully|truly)(?: yours)?|cheers|thanks(?: (?:again|so much|and (?:best |kind )?regards|in advance|a lot))?|thank you(?: (?:very much|so much|in advance|and .{0,20}))?|many thanks|all the best|best|br|rgds|take care|respectfully|"
    r"(?:mit )?(?:freundlichen|besten|lieben|herzlichen|vielen|freundliche|beste|liebe|herzliche|viele|schöne|schönen) (?:grüßen?|gruß|grüssen?|gruss|dank)[\w ]{0,20}|mfg|lg|vg|gruß|grüße|hochachtungsvoll|danke(?: und .{0,20})?|"
    r"(?:bien )?cordialement|(?:bien )?à vous|salutations?[\w ]{0,30}|bonne (?:journée|soirée)|merci(?: (?:d'avance|beaucoup|et .{0,20}))?|amicalement|sincères salutations|"
    r"(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|(?:muchas )?gracias|un abrazo|cordiali saluti|distinti saluti|(?:un )?salut[oi]|grazie(?: mille)?|(?:com os )?(?:melhores )?cumprimentos|atenciosamente|obrigad[oa]|abraços?|"
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|mvg|groet(?:en|jes)?|(?:med )?vänlig(?:a)? hälsning(?:ar)?|(?:med )?vennlig hilsen|(?:med )?venlig hilsen|mvh|hilsen|ystävällisin terveisin|terveisin|z poważaniem|pozdrawiam|pozdrowienia|dziękuję|s pozdravem|s pozdravom|děkuji|üdvözlettel|tisztelettel|köszönöm|"
    r"cu stimă|cu respect|o zi bună|mulțumesc|lijep pozdrav|s poštovanjem|lep pozdrav|с уважением|с наилучшими пожеланиями|всего (?:доброго|хорошего)|спасибо|з повагою|з найкращими побажаннями|дякую|з поважанням|с уважение|поздрави|με εκτίμηση|saygılar(?:ımla)?|teşekkürler|iyi çalışmalar|lugupidamisega|pagarbiai|ar cieņu|"
    r"此致|敬礼|祝好|谢谢|謝謝|よろしくお願い(?:いた|致)?します|以上|감사합니다|בברכה|תודה|مع (?:خالص )?التحية|تحياتي|شكرا|trân trọng|hormat kami|terima kasih)[ \t]*[,.!;–-]{0,3}[ \t]*$",
    _I,
)
CONTACT = re.compile(
    r"(?:\+|\b00|\()\d[\d \t()./–-]{6,20}\d|\b\d{3,5}[ ./-]\d{3,4}[ ./-]?\d{2,4}\b|https?://\S{3,200}|\bwww\.\S{3,200}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,40}|"
    r"^[ \t*|]{0,4}(?:tel|phone|fon|telefon|tel[eé]fono|telefone|mobile?|mob|cell|fax|handy|office|direct|e-?mail|mail|web|website|skype|т(?:ел)?|тел(?:ефон)?|моб|факс|сайт|电话|電話|手机|携帯|전화|linkedin|twitter|whats\s?app|ust-?id|hrb|vat|siret|nip|regon|address|adresse|t|m|f|e|w)\s{0,3}\.?\s{0,3}[:：|]",
    _I,
)
DISCLAIMER = re.compile(
    r"^[ \t*_]{0,4}(?:disclaimer|confidentiality(?: notice)?|this (?:e-?mail|message|communication|transmission)[^.\n]{0,100}(?:confidential|intended|privileged|virus)|the (?:information|contents?)[^.\n]{0,60}(?:e-?mail|message|communication|transmission)[^.\n]{0,100}|if you (?:are not|have received)[^.\n]{0,40}(?:intended|this (?:e-?mail|message))|"
    r"(?:please )?(?:consider|think (?:of|about)) the environment|diese (?:e-?mail|nachricht)[^.\n]{0,100}vertraulich|der inhalt dieser e-?mail|ce (?:message|courriel|mail)[^.\n]{0,120}confidentiel|les informations contenues|este (?:mensaje|correo|e-?mail)[^.\n]{0,120}(?:confidencial|dirigid)|esta mensagem[^.\n]{0,100}confidenc|"
    r"(?:questo|il presente|le informazioni)[^.\n]{0,120}(?:riservat|confidenzial|contenut)|dit (?:e-?mail)?bericht[^.\n]{0,100}vertrouwelijk|de informatie[^.\n]{0,60}e-?mail|ta wiadomość[^.\n]{0,100}pouf|niniejsza wiadomość|treść tej wiadomości|это (?:сообщение|письмо)[^.\n]{0,100}конфиденц|данное (?:сообщение|письмо)[^.\n]{0,100}|цей лист[^.\n]{0,100}конфіденц|detta (?:meddelande|e-postmeddelande)[^.\n]{0,100}konfidentiell|"
    r"virus-?free|avg|avast|scanned by|mit avast|virenfrei|garanti sans virus|libre de virus|geprüft mit)",
    _I,
)
