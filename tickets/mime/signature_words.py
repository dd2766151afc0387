"""What stands at the end of a letter, in many languages. Only data; signatures.py and footers.py read it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re

_I = re.IGNORECASE

MOBILE = re.compile(
    r"^[ \t]*(?:[-–—*_(\[<]{0,3}\s*)(?:sent (?:from|via|with|using|by) (?:my |the |an? )?\[?(?:[\w .&+’'®™-]{0,40}?)(?:iphone|ipad|ipod|android|samsung|galaxy|blackberry|htc|huawei|honor|xiaomi|mi|nokia|sony|lg|windows|phone|mobile|smartphone|tablet|device|mail|yahoo|outlook|gmail|proton|aol|fastmail|spark|airmail|handy|mailbird|tutanota|gmx|web\.de|zoho|myphone|verizon|t-mobile|at&t|vodafone|telstra|app|pixel|oneplus|motorola|k-9|bluemail|hey|thunderbird|superhuman|front|newton|mailspring|wireless|handheld|pocket|treo|edison|em client)[^\n]{0,60}|"
    r"get outlook for [^\n]{0,60}|(?:envoyé|envoyée) (?:de(?:puis)?|par|à partir de|avec) [^\n]{1,60}|téléchargez outlook pour [^\n]{0,60}|obtenez outlook pour [^\n]{0,60}|"
    r"(?:diese (?:nachricht|e-?mail) wurde )?(?:von (?:meinem|meiner|unterwegs|mobil)[^\n]{0,50}(?:gesendet|geschickt|gesandt)|gesendet (?:von|mit|über|aus|vom)[^\n]{1,60}|versendet (?:von|mit)[^\n]{1,60}|von [\w .-]{2,40} gesendet)\.?|holen sie sich outlook[^\n]{0,50}|outlook für (?:ios|android)[^\n]{0,40}|"
    r"enviado (?:desde|do|a partir do|de|con|pelo|por)[^\n]{1,60}|enviada (?:do|desde)[^\n]{1,60}|obtener outlook para[^\n]{0,40}|obter o? ?outlook para[^\n]{0,40}|inviato (?:da|dal|con)[^\n]{1,60}|ottieni outlook per[^\n]{0,40}|scarica outlook[^\n]{0,40}|"
    r"(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|van)[^\n]{1,60}|outlook voor (?:ios|android)[^\n]{0,40}|skickat från[^\n]{1,60}|sendt fra[^\n]{1,60}|sendt via[^\n]{1,60}|lähetetty[^\n]{1,60}(?:sta|stä|lta|ltä|ni)\.?|lähetetty \S+[^\n]{1,40}|hanki outlook[^\n]{0,40}|"
    r"wysłan[eoay] (?:z|przy|za)[^\n]{1,60}|pobierz (?:aplikację )?outlook[^\n]{0,50}|odesláno (?:z|ze)[^\n]{1,60}|odoslané (?:z|zo)[^\n]{1,60}|(?:az )?\S{0,20}(?:iphone|ipad|android)\S{0,12} küldve|trimis (?:de pe|din)[^\n]{1,60}|poslano (?:s|z|iz|sa)[^\n]{1,60}|"
    r"отправлен[оа] (?:с|из|через|мобильн)[^\n]{1,60}|надіслано (?:з|із|за|через)[^\n]{1,60}|відправлено (?:з|із)[^\n]{1,60}|изпратено от[^\n]{1,60}|послато са[^\n]{1,60}|στάλθηκε από[^\n]{1,60}|(?:iphone|ipad|android|samsung|[\w ]{2,20}?)['’]?\w{0,6} gönderildi|"
    r"saadetud [^\n]{1,50}|išsiųsta iš[^\n]{1,50}|nosūtīts no[^\n]{1,50}|发自[^\n]{1,40}|從我的[^\n]{1,30}(?:傳送|發送|寄出)|从我的[^\n]{1,30}发送|发送自[^\n]{1,40}|(?:iphone|ipad|android|スマートフォン|私の)[^\n]{0,20}から送信|나의 [^\n]{1,30}에서 (?:보냄|보낸)[^\n]{0,10}|(?:נשלח מ)[^\n]{1,50}|أُ?رسلت? من[^\n]{1,40}|مرسل من[^\n]{1,40}|đã gửi từ[^\n]{1,40}|được gửi từ[^\n]{1,40}|dikirim dari[^\n]{1,40}|ส่งจาก[^\n]{1,40})"
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
# A phone number, a web or mail address, or a line that is labelled as one.
CONTACT = re.compile(
    r"(?:\+|\b00|\()\d[\d \t()./–-]{6,20}\d|\b\d{2,5}[ ./–-]{1,3}\d{3,4}[ ./–-]?\d{2,5}\b|\b0\d{2,4}(?:[ ./-]?\d{2,4}){2,4}\b|https?://\S{3,200}|\bwww\.\S{3,200}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,40}|"
    r"^[ \t*|]{0,4}(?:tel|phone|ph|fon|telefon|telephone|téléphone|tél|tel[eé]fono|telefone|mobile?|mob|mobil|cell|celular|móvil|portable|gsm|fax|handy|office|direct|direct line|durchwahl|e-?mail|mail|courriel|web|website|homepage|internet|url|skype|icq|jabber|xmpp|signal|telegram|viber|whats\s?app|matrix|irc|twitter|github|linkedin|xing|facebook|instagram|"
    r"т|тел|телефон|тел\.?/факс|моб|мобильный|мобільний|сот|факс|сайт|почта|пошта|эл\. почта|ел\. пошта|电话|電話|手机|携帯|邮箱|網站|网址|전화|휴대폰|팩스|이메일|tlf|puh|puhelin|gsm|tálfeon|komórka|kom|faks|www|ust-?id(?:nr)?|steuernr|hrb|vat|vat id|siret|siren|p\.?\s?iva|c\.?f|nip|regon|krs|ičo|dič|kvk|btw|cvr|org\.?\s?nr|инн|огрн|єдрпоу|iban|"
    r"address|adresse|anschrift|adres|direcci[oó]n|indirizzo|endereço|adress|osoite|cím|адрес|адреса|住所|地址|주소|pgp|gpg|gpg key|pgp key|fingerprint|key id|sip|voip|ext|extension|d|t|m|f|e|w|p|o|c|h)\s{0,3}\.?\s{0,3}[:：|]",
    _I,
)
# A street with a number, a postal code with a town, a post box.
PLACE = re.compile(
    r"\b[^\W\d_]{3,25}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|gatan|vägen|gade|vej|veien|gata|katu|tie|straat|laan|plein|weg) ?\d{1,4}|"
    r"\b\d{1,5} (?:\w{2,15} ){1,3}(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|way|blvd\.?|boulevard|court|suite|floor)\b|"
    r"\b(?:rue|avenue|av\.|boulevard|bd|place|calle|avda|plaza|via|viale|piazza|corso|rua|avenida|ul\.|ulica|al\.|ulice|str\.|вул\.|вулиця|ул\.|улица|просп\.|пр-т|пл\.|utca|út|tér|cad\.|sok\.|mah\.) ?[^\n]{2,40}\d|"
    r"^\s{0,3}(?:[A-Z]{1,2}-)?\d{2,3}[ -]?\d{2,3} [^\W\d_][^\n\d]{1,40}$|\b[A-Z]{2} \d{5}(?:-\d{4})?\b|\b(?:po|p\.o\.) ?box \d|\bpostfach \d|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b|〒\d{3}",
    _I,
)
# What a person is, or the form of a company.
TITLE = re.compile(
    r"(?<!\w)(?:manager|engineer|developer|director|president|officer|c[eotfi]o|consultant|assistant|administrator|analyst|architect|designer|specialist|coordinator|supervisor|representative|executive|founder|co-founder|owner|partner|professor|prof\.|ph\.?d|dr\.|m\.?sc|b\.?sc|dipl\.|lecturer|researcher|scientist|student|editor|technician|accountant|lawyer|attorney|"
    r"department|dept\.?|division|faculty|university|institute|institut|universität|university|universidad|università|université|college|school|laboratory|team lead|head of|support team|customer service|sales|marketing|"
    r"gmbh|mbh|ag|kg|ohg|e\.?v\.|e\.k\.|ug|inc\.?|ltd\.?|llc|llp|plc|corp\.?|corporation|limited|company|co\.|group|holding|s\.?a\.?r\.?l\.?|s\.?a\.?s\.?|s\.?a\.|s\.?r\.?l\.?|s\.?p\.?a\.?|s\.?l\.?|ltda|b\.?v\.?|n\.?v\.?|a/s|aps|oy|oyj|ab|as|asa|sp\. z o\.?\s?o\.?|spółka|s\.?r\.?o\.?|a\.s\.|kft\.?|zrt\.?|d\.o\.o\.?|ооо|оао|зао|пао|ип|тов|прат|фоп|pty|pvt|"
    r"geschäftsführer(?:in)?|leiter(?:in)?|abteilung|vertrieb|einkauf|kundendienst|sachbearbeiter(?:in)?|assistenz|entwickler(?:in)?|berater(?:in)?|directeur|directrice|responsable|ingénieur|service|chargée? de|gérante?|gerente|ingenier[oa]|jefe|departamento|responsabile|ufficio|direttore|ingegnere|diretor|engenheiro|coordenador|"
    r"directeur|medewerker|afdeling|projektleder|chef|säljare|konsult|kierownik|dyrektor|specjalista|inżynier|dział|księgowa|ředitel|vedoucí|oddělení|riaditeľ|mérnök|igazgató|ügyvezető|менеджер|директор|инженер|інженер|руководитель|керівник|начальник|отдел|відділ|бухгалтер|специалист|спеціаліст|фахівець|разработчик|müdür|mühendis|uzman|"
    r"株式会社|有限会社|部長|課長|営業部|公司|经理|部门|主任|주식회사|부장|과장|대리|팀장|팀)(?!\w)",
    _I,
)
_CONFIDENTIAL = r"confiden|vertraulich|riservat|vertrouwelijk|poufn|конфиденц|конфіденц|důvěrn|dôvern|luottamuk|fortrolig|konfidentiell|gizli|bizalmas|privileged|privilegiad|zastrzeżon|geheimhalt|rechtlich geschützt|legally protected|povjerljiv|поверљив|поверител|εμπιστευτικ|konfidenci|機密|机密|保密|기밀|סודי|حسري|سري|bảo mật|rahasia"
_MESSAGE = r"e-?mail|e-?post|message|transmission|communication|nachricht|mensaje|correo|mensagem|messaggio|comunicazione|courriel|bericht|besked|meddeland|meddelelse|viesti|wiadomoś|zpráv|správ|üzenet|levél|mesaj|ileti|сообщени|письм|повідомл|лист|μήνυμα|poruk|порук|съобщ|邮件|郵件|メール|메일|הודעה|رسالة|البريد"
_ADDRESSEE = r"recipient|addressee|intended|unauthori[sz]ed|received this|by mistake|in error|adressat|empfänger|irrtümlich|destinat|par erreur|por error|por erro|per errore|ontvanger|mottagar|modtager|mottaker|vastaanottaj|adresat|odbiorc|příjemc|adresát|címzett|alıcı|получател|адресат|одержувач|παραλήπτη|primatel|受信者|收件人|수신인|נמען|المرسل إليه|người nhận|penerima|delete|lösch|vernicht|supprim|detrui|elimin|apagu|cancell|verwijder|radera|slet|poista|usun|удалит|видал|smaž"
CONFIDENTIAL, MESSAGE, ADDRESSEE = (re.compile(words, _I) for words in (_CONFIDENTIAL, _MESSAGE, _ADDRESSEE))
# How a paragraph begins that a company, a provider or a virus scanner puts below every mail.
NOTICE = re.compile(
    r"[ \t*_#>-]{0,6}(?:disclaimer(?!\w)|haftungsausschluss(?!\w)|confidentiality(?: notice| note| statement| caution|:)|avis de confidentialité|aviso (?:legal|de confidencialidad|de privacidad)|avvertenze ai sensi|nota di riservatezza|klauzula (?:informacyjna|poufności)|legal notice:|rechtlicher hinweis|"
    r"virus-?free\.|virenfrei\.|garanti sans virus|libre de virus|sem vírus|mentes a vírus|без вирусов|no virus found|this (?:e-?mail|message) (?:has been|was) (?:checked|scanned)|diese e-?mail wurde (?:von|auf) [^\n]{0,40}(?:vir|avast|avira|schad)|l.absence de virus|(?:el software|este correo)[^\n]{0,60}antivirus|(?:outgoing|incoming) (?:mail|message) is certified virus|checked by avg|scanned by |"
    r"do you yahoo!\?|get your (?:free|private), |this sf\.net (?:email|mail)|company registration (?:no|number)|registered (?:office|in england)|sitz der gesellschaft:|registergericht:|geschäftsführ\w{1,10}:|vorstand:|aufsichtsrat\w{0,16}:|follow us (?:on|at)|folgen sie uns|suivez-nous|síguenos en|informationen zum datenschutz)",
    _I,
)
GREEN = re.compile(
    r"environment|environnement|medio ?ambiente|meio ambiente|l.ambiente|umwelt|milieu|środowisk|miljö|miljø|ympäristö|tree|paper",
    _I,
)
PRINT = re.compile(r"print|imprim|druck|stampa|drukow|afdruk|skriv|tulost", _I)
LIST_FOOTER = re.compile(
    r"mailing[ -]?list|mailingliste|liste de diffusion|lista de correo|lista di discussione|lista de discuss|рассылк|розсилк|メーリングリスト|邮件列表|listinfo|unsubscribe|subscribe|abmelden|abbestellen|désabonn|désinscri|cancelar (?:la )?suscripci|disiscri|avmeld|afmelden|wypisać|rezygnac|odhlásit|отписаться|відписатися|mailman|list archive|list-archive|"
    r"google groups|yahoo! groups|groups\.google|groups\.io|you received this message because|sie erhalten diese|vous recevez ce|reply to this email directly|view it on github|post to this|this list is|list settings|digest",
    _I,
)
# A word before data that somebody asked for: what follows is no signature.
_ASKED = (
    r"(?:address|adress|addresse|details|contact|number|reach|call|ship|send|deliver|invoice|account|credentials|data|nummer|daten|anschrift|liefer|rechnung|erreich|coordonn|adresse|numéro|dirección|datos|número|indirizzo|dati|endereço|dados|gegevens|nummer|adres|dane|numer|údaje|adat|данн|адрес|номер|реквизит|дані|реквізит|连络|地址|电话|住所|연락처)"
)
ASKED = re.compile(_ASKED, _I)
MY_DATA = re.compile(
    rf"(?<!\w)(?:my|our|here (?:is|are)|following|mein|meine|unsere?|hier|folgende|mon|ma|mes|nos|notre|voici|mis?|nuestr[oa]s?|il mio|la mia|i miei|meus?|minhas?|mijn|onze|mój|moje|moja|nasz|můj|má|мой|моя|мои|наш|мій|моя|мої|min|mina|mitt|vår|minun)(?!\w)[^\n]{{0,24}}{_ASKED}",
    _I,
)

