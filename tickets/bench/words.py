"""What the mails of a benchmark say: sentences in several languages, and the marks that mail programs leave."""

SENTENCES = {
    "en": [
        "The order arrived today, but the box was open and one of the two parts is missing.",
        "Could you please tell me when the replacement will be sent?",
        "I have attached the invoice and a picture of the damage.",
        "After the update the printer prints only every second page.",
        "We tried it on three computers and it is the same everywhere.",
        "Thank you for the quick answer, that solved it.",
        "My customer number is 48213 and the delivery address has changed.",
        "Is there a discount if we take more than twenty of them?",
        "I cannot sign in any more since yesterday evening; the page says that my account is locked.",
        "Please cancel the second item, we ordered it twice by mistake.",
    ],
    "de": [
        "Die Bestellung ist heute angekommen, leider fehlt die Größe L.",
        "Können Sie mir bitte sagen, wann die Ersatzlieferung verschickt wird?",
        "Anbei finden Sie die Rechnung und ein Foto des Schadens.",
        "Seit der letzten Aktualisierung öffnet sich das Fenster nicht mehr.",
        "Vielen Dank für die schnelle Antwort, damit ist alles geklärt.",
        "Unsere Kundennummer lautet 77120, die Lieferadresse hat sich geändert.",
    ],
    "fr": [
        "La commande est arrivée ce matin, mais le colis était déjà ouvert.",
        "Pourriez-vous me dire quand le remplacement sera expédié ?",
        "Vous trouverez ci-joint la facture et une photo des dégâts.",
        "Merci beaucoup pour votre réponse rapide, le problème est réglé.",
    ],
    "uk": [
        "Замовлення прийшло сьогодні, але однієї деталі бракує.",
        "Скажіть, будь ласка, коли буде надіслано заміну?",
        "Дякую за швидку відповідь, усе працює.",
    ],
    "ja": [
        "本日注文した商品が届きましたが、部品が一つ足りません。",
        "交換品はいつ発送されますか。",
        "迅速なご対応ありがとうございました。",
    ],
}
SUBJECTS = {
    "en": [
        "Order {0} incomplete",
        "Question about invoice {0}",
        "Cannot sign in",
        "Return of item {0}",
        "Offer for {0} pieces",
    ],
    "de": ["Bestellung {0} unvollständig", "Frage zur Rechnung {0}", "Rücksendung {0}"],
    "fr": ["Commande {0} incomplète", "Question sur la facture {0}"],
    "uk": ["Замовлення {0}: бракує деталі", "Питання щодо рахунку {0}"],
    "ja": ["注文 {0} について", "請求書 {0} の件"],
}
LEADS = {
    "en": "On {0:%a, %d %b %Y at %H:%M}, {1} wrote:",
    "de": "Am {0:%d.%m.%Y um %H:%M} schrieb {1}:",
    "fr": "Le {0:%d/%m/%Y à %H:%M}, {1} a écrit :",
    "uk": "{0:%d.%m.%Y %H:%M}, {1} пише:",
    "ja": "{0:%Y年%m月%d日 %H:%M} {1}:",
}
CHARSETS = {
    "en": ["us-ascii", "utf-8", "iso-8859-1"],
    "de": ["utf-8", "iso-8859-1", "windows-1252"],
    "fr": ["utf-8", "iso-8859-1"],
    "uk": ["utf-8", "koi8-u", "windows-1251"],
    "ja": ["utf-8", "iso-2022-jp"],
}
PEOPLE = {
    "en": ["Zoe Carter", "Tom Oakley", "Priya Nair", "Sam Hill"],
    "de": ["Jörg Müller", "Anna Schäfer", "Uwe Groß"],
    "fr": ["Hélène Dupré", "Marc Lefèvre"],
    "uk": ["Олена Коваль", "Тарас Мельник"],
    "ja": ["佐藤 花子", "鈴木 一郎"],
}
