"""What stands at the end of a letter, in many languages. Only data, in small letters; cards.py, signatures.py and footers.py read it."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


# A mail program's own line: how it begins, or how it ends.
SENT_FROM = _words(
    "sent from |get outlook for |download outlook for |envoyé de|envoyé d'|envoyé depuis|envoyé à partir|envoyé avec|envoyé par|envoyé via|envoyée de|obtenez outlook|téléchargez outlook|télécharger outlook|"
    "von meinem |von meiner |von unterwegs|gesendet von|gesendet mit|gesendet über|gesendet aus|gesendet vom|versendet mit|versendet von|diese nachricht wurde von mein|diese nachricht wurde mit|diese e-mail wurde von mein|diese mail wurde von mein|holen sie sich outlook|laden sie outlook|outlook für |"
    "enviado desde|enviado do|enviado de |enviado a partir|enviado con|enviado pelo|enviado por|enviado mediante|enviada desde|enviada do|obtener outlook|obter o outlook|obter outlook|obtenha o outlook|descargar outlook|baixe o outlook|"
    "inviato da|inviato dal|inviato con|inviato tramite|inviata da|ottieni outlook|scarica outlook|verzonden vanaf|verzonden vanuit|verzonden met|verzonden via|verzonden van|verstuurd vanaf|verstuurd met|verstuurd via|outlook voor |download outlook voor|"
    "skickat från|skickat via|skickades från|hämta outlook|sendt fra|sendt via|sendt med|hent outlook|få outlook|last ned outlook|skaff deg outlook|lähetetty |hanki outlook|wysłane z|wysłane ze|wysłane przy|wysłane za|wysłano z|wysłano przy|wysłano za|wysłany z|pobierz outlook|pobierz aplikację outlook|uzyskaj outlook|"
    "odesláno z|odoslané z|získejte outlook|získajte outlook|stáhněte si outlook|trimis de pe|trimis din|trimis de la|trimis cu|descărcați outlook|obțineți outlook|poslano s |poslano z|poslano iz|poslano sa|poslato sa|poslato iz|preuzmite outlook|"
    "отправлено с|отправлено из|отправлено через|отправлено мобильн|отправлен с|получить outlook|скачать outlook|надіслано з|надіслано із|надіслано за|надіслано через|надіслано мобільн|відправлено з|завантажити outlook|отримати outlook|изпратено от|послато са|"
    "στάλθηκε από|εστάλη από|αποστολή από|λήψη του outlook|saadetud |hangi outlook|išsiųsta iš|gauti outlook|nosūtīts no|iegūt outlook|outlook beszerzése|outlook letöltése|发自|發自|发送自|傳送自|從我的|从我的|来自我的|获取 outlook|下载 outlook|取得 outlook|나의 |내 |outlook 다운로드|outlook for ios を入手|"
    "נשלח מ|השג את outlook|أرسلت من|أُرسلت من|أُرسل من|مرسل من|تم الإرسال من|الحصول على outlook|đã gửi từ|được gửi từ|gửi từ |dikirim dari|dapatkan outlook|ส่งจาก|รับ outlook|this message was sent from my|this email was sent from my|mail sent from"
)
SENT_WITH = _words(
    "sent via |sent with |sent using |sent by |von |secured with |powered by |created with |composed on "
)
SENT_AT_END = _words(
    "gesendet|geschickt|gesandt|küldve|küldöm|gönderildi|から送信|から送信されました|で送信|에서 보냄|에서 보냄.|에서 보냅니다|发送|傳送|發送|寄出|beziehen|edinin|を入手"
)
BRANDS = _words(
    "iphone|ipad|ipod|android|samsung|galaxy|blackberry|htc|huawei|honor|xiaomi|redmi|nokia|sony|xperia|windows|phone|mobile|mobil|smartphone|tablet|device|mail|yahoo|outlook|gmail|proton|aol|spark|gmx|web.de|zoho|verizon|t-mobile|vodafone|orange|telstra|telekom|pixel|oneplus|motorola|k-9|bluemail|thunderbird|"
    "superhuman|newton|mailspring|wireless|handheld|treo|edison|em client|handy|gerät|appareil|dispositivo|телефон|смартфон|почт|пошт|устройств|пристро|手机|スマートフォン|携帯|휴대폰|app|mac|handheld|palm"
)
# A closing word: the whole line, or how a short line begins.
CLOSINGS = frozenset(
    _words(
        "best|br|rgds|regards|cheers|lg|vg|mfg|mvg|mvh|att|atte|thx|ta|love|xoxo|cdlt|bàv|bav|slds|ciao|salut|gruss|gruß|grüße|grüsse|danke|merci|gracias|grazie|obrigado|obrigada|dank|tack|takk|tak|kiitos|terv|üdv|köszi|díky|hvala|спасибо|дякую|以上|敬具|谢谢|謝謝|祝好|敬礼|此致|감사합니다|감사|고맙습니다|תודה|בברכה|شكرا"
    )
)
CLOSING_STARTS = _words(
    "mfg |lg |vg |mvh |mvg |gruß |grüße |gruss |br |best, |thx |cdlt|love |best regards|best wishes|best greet|kind regards|kindest|warm regards|warmest|regards|many thanks|thanks|thank you|yours |sincerely|with best|with kind|with regards|with many|cheers|take care|all the best|respectfully|very truly|greetings|"
    "mit freundlich|mit best|mit lieb|mit herzlich|mit viel|mit schön|freundliche gr|freundlichen gr|beste gr|besten gr|viele gr|vielen gr|liebe gr|lieben gr|herzliche gr|herzlichen gr|schöne gr|schönen gr|besten dank|vielen dank|herzlichen dank|danke |hochachtungsvoll|"
    "cordialement|bien cordialement|très cordialement|bien à|bien amical|amicalement|salutations|sincères|meilleures sal|meilleurs sal|bonne journée|bonne réception|bonne soirée|merci |avec mes|je vous prie d'agréer|"
    "saludos|un saludo|un cordial|reciba un|cordiales|cordialmente|atentamente|gracias |muchas gracias|un abrazo|cordiali|distinti|saluti|un saluto|cari saluti|grazie |cumprimentos|melhores cump|com os melhores|atenciosamente|cordialmente|abraç|obrigad|"
    "met vriendelijke|vriendelijke gr|met hartelijke|hartelijke gr|groet|alvast bedankt|bedankt|med vänlig|vänlig|vänliga|hälsning|bästa häls|med venlig|venlig hilsen|de bedste|med vennlig|vennlig hilsen|beste hilsen|hilsen|ystävällis|terveis|parhain|terveisin|kiitos |"
    "z poważaniem|pozdrawiam|pozdrowienia|z pozdrow|dziękuj|dzięki|serdecznie|łączę|s pozdrav|děkuj|ďakuj|s přáním|s úctou|üdvözlettel|tisztelettel|köszön|cu stim|cu respect|mulțum|toate cele|lijep pozdrav|lep pozdrav|srdačan|s poštovanj|s spoštovanjem|pozdrav|hvala |"
    "с уважением|с наилучш|всего добр|всего хор|всех благ|спасибо|благодар|з повагою|з найкращ|з пошаною|дякую|щиро|гарного дня|хорошего дня|с уважение|поздрави|с поштовањем|срдачан|με εκτίμηση|φιλικά|ευχαριστ|saygılar|saygıyla|teşekkür|iyi çalışmalar|iyi günler|sevgiler|kolay gelsin|"
    "lugupid|parimat|pagarbiai|linkėjimai|ar cieņu|ačiū|paldies|此致|敬|祝|よろしく|宜しく|どうぞよろしく|감사|고맙|בברכה|תודה|مع |تحيات|وتفضل|شكر|trân trọng|cảm ơn|hormat|terima kasih|salam|ขอบคุณ|ด้วยความเคารพ|ขอแสดง"
)
PHONE = re.compile(
    r"(?:\+|(?<!\d)00|\()\d[\d \t()./–-]{6,20}\d|(?<![\w.])\d{2,5}[ ./–-]{1,3}\d{3,4}[ ./–-]?\d{2,5}(?!\w)|(?<![\w.])0\d{1,4}(?:[ ./-]?\d{2,4}){2,4}(?!\w)"
)
MAIL_ADDRESS = re.compile(r"[\w.+-]@[\w-]{1,64}\.\w")
SITE = re.compile(r"https?://\S{3}|(?<!\w)www\.\S{3}")
# Words before a colon (or a bar) that name a way to reach somebody, or a company's numbers.
CONTACT_LABELS = frozenset(
    _words(
        "هاتف|جوال|تلفون|טלפון|נייד|โทร|đt|điện thoại|telp|hp|τηλ|τηλέφωνο|κιν|tel no|phone no|tlm|telm|tel|phone|ph|fon|telefon|telephone|téléphone|tél|teléfono|telefono|telefone|mobile|mob|mobil|cell|celular|móvil|movil|portable|gsm|fax|telefax|handy|office|direct|direct line|durchwahl|zentrale|hotline|e-mail|email|mail|courriel|correo|web|website|homepage|internet|url|site|skype|icq|jabber|xmpp|signal|telegram|viber|"
        "whatsapp|whats app|matrix|irc|twitter|github|linkedin|xing|facebook|instagram|т|тел|телефон|тел./факс|моб|моб. тел|мобильный|мобільний|сот|факс|сайт|почта|пошта|эл. почта|ел. пошта|электронная почта|电话|電話|手机|携帯|邮箱|網站|网址|전화|휴대폰|팩스|이메일|tlf|puh|puhelin|komórka|kom|tel. kom|faks|www|ust-id|ust-idnr|ust.-id|"
        "steuernr|hrb|vat|vat id|vat no|siret|siren|p.iva|p. iva|cif|nif|nip|regon|krs|ičo|dič|kvk|btw|cvr|orgnr|org.nr|инн|огрн|єдрпоу|iban|bic|address|adresse|anschrift|adres|dirección|indirizzo|endereço|adress|osoite|cím|адрес|адреса|住所|地址|주소|pgp|gpg|gpg key|pgp key|fingerprint|gpg fingerprint|key id|sip|voip|ext|extension|"
        "d|t|m|f|e|w|p|o|c|h|tel/fax|phone/fax|tel & fax|a|skype id|follow me|blog|mastodon"
    )
)
# Those of them that stand in front of a number without a colon too.
PHONE_WORDS = frozenset(
    _words(
        "tel|phone|ph|fon|telefon|telephone|tél|teléfono|telefono|telefone|mobile|mob|mobil|cell|celular|móvil|gsm|fax|telefax|handy|office|tlf|tlm|puh|puhelin|kom|т|тел|моб|факс|t|m|f|p|telp|hp|هاتف|جوال|טלפון|נייד|โทร|đt|τηλ|κιν"
    )
)
# A street with a number, a postal code with a town, a post box; looked for in small letters.
PLACE = re.compile(
    r"[^\W\d_]{3,25}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|gatan|vägen|gade|vej|veien|gata|katu|tie|straat|laan|plein) ?\d{1,4}|"
    r"(?<!\w)\d{1,5} (?:\w{2,15} ){1,3}(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|way|blvd\.?|boulevard|court|suite|floor)(?!\w)|"
    r"(?<!\w)(?:rue|avenue|av\.|boulevard|bd|place|calle|avda|plaza|via|viale|piazza|corso|rua|avenida|ul\.|ulica|al\.|ulice|str\.|вул\.|вулиця|ул\.|улица|просп\.|пр-т|пл\.|cad\.|sok\.|mah\.) ?[^\n]{2,40}\d|[^\W\d_]{3,20} (?:utca|út|tér) \d|"
    r"^\s{0,3}(?:[a-z]{1,2}-)?\d{2,3}[ -]?\d{2,3} [^\W\d_][^\n\d]{1,40}$|(?<!\w)[a-z]{2} \d{5}(?:-\d{4})?(?!\w)|(?<!\w)(?:po|p\.o\.) ?box \d|(?<!\w)postfach \d|(?<!\w)[a-z]{1,2}\d{1,2}[a-z]? \d[a-z]{2}(?!\w)|〒\d{3}"
)
# What a person is, or the form of a company: one word.
TITLES = frozenset(
    _words(
        "assistante|asistente|assistent|assistentin|secrétaire|secretaria|lda|lda.|manager|engineer|developer|director|president|officer|ceo|coo|cto|cfo|cio|consultant|assistant|administrator|admin|analyst|architect|designer|specialist|coordinator|supervisor|representative|executive|founder|co-founder|owner|partner|professor|prof|prof.|ph.d|ph.d.|phd|dr.|m.sc|m.sc.|b.sc|dipl.|dipl.-ing.|lecturer|researcher|scientist|"
        "editor|technician|accountant|lawyer|attorney|department|dept|dept.|division|faculty|university|institute|institut|universität|universidad|università|université|universiteit|uniwersytet|college|school|laboratory|lab|head|lead|sysadmin|sales|marketing|support|maintainer|programmer|"
        "gmbh|mbh|ag|kg|ohg|e.v.|e.k.|ug|inc|inc.|ltd|ltd.|llc|llp|plc|corp|corp.|corporation|limited|company|co.|group|gruppe|holding|sarl|s.a.r.l.|sas|s.a.s.|s.a.|srl|s.r.l.|spa|s.p.a.|s.l.|sl|ltda|ltda.|b.v.|bv|n.v.|nv|a/s|aps|oy|oyj|ab|asa|spółka|o.o.|z.o.o.|s.r.o.|sro|a.s.|kft|kft.|zrt|zrt.|bt.|d.o.o.|doo|ооо|оао|зао|пао|ип|тов|прат|фоп|"
        "pty|pvt|geschäftsführer|geschäftsführerin|leiter|leiterin|teamleiter|teamleiterin|abteilung|vertrieb|einkauf|kundendienst|kundenservice|sachbearbeiter|sachbearbeiterin|assistenz|entwickler|entwicklerin|berater|beraterin|inhaber|inhaberin|rechtsanwalt|steuerberater|directeur|directrice|responsable|ingénieur|ingénieure|service|chargé|chargée|"
        "gérant|gérante|comptable|gerente|ingeniero|ingeniera|jefe|jefa|departamento|director|directora|responsabile|ufficio|direttore|ingegnere|titolare|diretor|diretora|engenheiro|engenheira|coordenador|coordenadora|medewerker|afdeling|hoofd|projektleder|chef|säljare|konsult|utvecklare|daglig|toimitusjohtaja|myyntipäällikkö|kierownik|"
        "dyrektor|specjalista|inżynier|dział|księgowa|prezes|ředitel|vedoucí|oddělení|jednatel|riaditeľ|konateľ|mérnök|igazgató|ügyvezető|vezető|manažer|менеджер|директор|инженер|інженер|руководитель|керівник|начальник|отдел|відділ|бухгалтер|специалист|спеціаліст|фахівець|разработчик|программист|управляющий|müdür|müdürü|mühendis|uzman|uzmanı|"
        "株式会社|有限会社|部長|課長|営業部|公司|经理|部门|主任|주식회사|부장|과장|대리|팀장"
    )
)
TITLE_STEMS = _words(
    "株式会社|有限会社|有限公司|部長|課長|営業部|经理|주식회사|부장|과장|팀장| gmbh|geschäftsführ|department| z o.o"
)
CONFIDENTIAL = _words(
    "confiden|vertraulich|riservat|vertrouwelijk|poufn|конфиденц|конфіденц|důvěrn|dôvern|luottamuk|fortrolig|konfidentiell|gizli|bizalmas|privileged|privilegiad|zastrzeżon|geheimhalt|geschützt|legally protected|povjerljiv|поверљив|поверител|εμπιστευτικ|konfidenci|機密|机密|保密|기밀|סודי|سري|bảo mật|rahasia"
)
MESSAGE = _words(
    "e-mail|email|e-post|message|transmission|communication|nachricht|mensaje|correo|mensagem|messaggio|comunicazione|courriel|bericht|besked|meddeland|meddelelse|viesti|wiadomoś|zpráv|správ|üzenet|levél|mesaj|ileti|сообщени|письм|повідомл|лист|μήνυμα|poruk|порук|съобщ|邮件|郵件|メール|메일|הודעה|رسالة|البريد"
)
ADDRESSEE = _words(
    "recipient|addressee|intended|unauthori|received this|by mistake|in error|adressat|empfänger|irrtümlich|destinat|par erreur|por error|por erro|per errore|ontvanger|mottagar|modtager|mottaker|vastaanottaj|adresat|odbiorc|příjemc|adresát|címzett|alıcı|получател|адресат|одержувач|παραλήπτη|primatel|受信者|收件人|수신인|נמען|المرسل إليه|"
    "người nhận|penerima|delete|lösch|vernicht|supprim|detrui|détrui|elimin|apagu|cancell|verwijder|radera|slet|poista|usun|удалит|видал|smaž"
)
GREEN = _words(
    "environment|environnement|medio ambiente|medioambiente|meio ambiente|l'ambiente|umwelt|milieu|środowisk|miljö|miljø|ympäristö|tree|paper"
)
PRINT = _words("print|imprim|druck|stampa|drukow|afdruk|skriv|tulost")
# How a paragraph begins that a company, a provider or a virus scanner puts below every mail.
NOTICE = re.compile(
    r"[ \t*_#>-]{0,6}(?:disclaimer(?!\w)|haftungsausschluss(?!\w)|confidentiality(?: notice| note| statement| caution|:)|avis de confidentialité|aviso (?:legal|de confidencialidad|de privacidad)|avvertenze ai sensi|nota di riservatezza|klauzula (?:informacyjna|poufności)|legal notice:|rechtlicher hinweis|"
    r"virus-?free\.|virenfrei\.|garanti sans virus|libre de virus|sem vírus|mentes a vírus|без вирусов|no virus found|this (?:e-?mail|message) (?:has been|was) (?:checked|scanned)|diese e-?mail wurde (?:von|auf) [^\n]{0,40}(?:vir|avast|avira|schad)|l.absence de virus|(?:el software|este correo)[^\n]{0,60}antivirus|(?:outgoing|incoming) (?:mail|message) is certified virus|checked by avg|scanned by |"
    r"do you yahoo!\?|get your (?:free|private), |this sf\.net (?:email|mail)|company registration (?:no|number)|registered (?:office|in england)|sitz der gesellschaft:|registergericht:|geschäftsführ\w{1,10}:|vorstand:|aufsichtsrat\w{0,16}:|follow us (?:on|at)|folgen sie uns|suivez-nous|síguenos en|informationen zum datenschutz)"
)
LIST_FOOTER = re.compile(
    r"mailing[ -]?list|mailingliste|liste de diffusion|lista de correo|lista di discussione|lista de discuss|рассылк|розсилк|メーリングリスト|邮件列表|listinfo|unsubscribe|subscribe|abmelden|abbestellen|désabonn|désinscri|cancelar (?:la )?suscripci|disiscri|avmeld|afmelden|wypisać|rezygnac|odhlásit|отписаться|відписатися|mailman|list archive|list-archive|"
    r"google groups|yahoo! groups|groups\.google|groups\.io|you received this message because|sie erhalten diese|vous recevez ce|reply to this email directly|view it on github|post to this|this list is|list settings|digest"
)
_ASKED = r"(?:address|adress|addresse|details|contact|number|reach|call|ship|send|deliver|invoice|account|credentials|data|nummer|daten|anschrift|liefer|rechnung|erreich|coordonn|adresse|numéro|dirección|datos|número|indirizzo|dati|endereço|dados|gegevens|nummer|adres|dane|numer|údaje|adat|данн|адрес|номер|реквизит|дані|реквізит|连络|地址|电话|住所|연락처)"
# A word before data that somebody asked for: what follows is no signature.
ASKED = re.compile(_ASKED)
MY_DATA = re.compile(
    rf"(?<!\w)(?:my|our|here (?:is|are)|following|mein|meine|unsere?|hier|folgende|mon|ma|mes|nos|notre|voici|mis?|nuestr[oa]s?|il mio|la mia|i miei|meus?|minhas?|mijn|onze|mój|moje|moja|nasz|můj|má|мой|моя|мои|наш|мій|моя|мої|min|mina|mitt|vår|minun)(?!\w)[^\n]{{0,24}}{_ASKED}"
)
# Who says "my number is" says it in the letter.
MY_OWN = re.compile(
    rf"\W{{0,3}}(?:(?:and|und|et|y|e|en|i|а|и) )?(?:my|meine?|mon|ma|mes|mis?|il mio|la mia|meu|minha|mijn|mój|moje|moja|můj|мой|моя|мій)(?!\w)[^\n]{{0,24}}{_ASKED}"
)
# A disclaimer speaks of itself.
_THIS = r"(?<!\w)(?:this|these|dies\w*|ce|cet|cette|ces|est[ea]s?|quest[oai]|presente|dit|deze|tej|ta|niniejsz\w+|это\w?|этого|этом|данно\w+|настоящ\w+|цей|цього|це|цьому|denna|detta|denne|dette|tämä\w*|tämän|tato|této|tento|táto|tejto|ezt?|ezen|bu|acest\w*|ova|ove|ovaj|παρόν|αυτό|này|ini)(?!\w)|本|此|이 |זו|זה|הודעה|هذه|هذا"
THIS = re.compile(_THIS)
THIS_MESSAGE = re.compile(rf"(?:{_THIS})\W{{0,3}}(?:\w{{1,20}}\W{{1,3}}){{0,2}}(?:{'|'.join(MESSAGE)})")
# What a gateway writes above a mail from outside.
BANNER = re.compile(
    r"[\W_]{0,8}(?:external(?: e-?mail| sender| message)?[\W_]{0,8}$|(?:caution|warning|attention|notice|achtung|vorsicht|atención|attenzione|uwaga|внимание)\W{1,4}(?:this (?:e-?mail|message)|external|diese (?:e-?mail|nachricht)|ce (?:message|courriel|mail)|este (?:mensaje|correo)|"
    r"questa (?:e-?mail|mail)|ta wiadomość|wiadomość|данное|это)|this (?:e-?mail|message) (?:originated|came|was sent) from outside|(?:you don.t|sie erhalten nicht) often get (?:e-?mail|this) from|some people who received this message don.t often get)"
)
