"""Subjects that a machine set: data of machine_words.py, asked the same way by bounces and automatic replies."""

# ruff: noqa: E501 — one phrase list per language is read sideways, not wrapped

import re

from tickets.mime.machine_words import AUTO_SUBJECT, SUBJECT_GOES_ON

ANSWERED = re.compile(
    r"^\s*(?:re|aw|sv|vs|antw?|fwd?|wg|tr|rv|fs|i|odp|pd|r|enc|res|ynt|отв|ответ|пересл|fwd|回复|转发|答复|轉寄)\s?(?:\[\d{1,3}\])?\s?[:：]",
    re.I,
)

# Programs and addresses that only ever answer by themselves.
AUTO_MAILER = re.compile(
    r"vacation|auto-?(?:respond|reply|response)|^[^<]{0,60}<?(?:auto-?reply|auto-?respond\w{0,4}|vacation)@", re.I
)
# When someone comes back, and whom to ask until then; with words of absence they make a notice.
BACK = re.compile(
    r"\b(?:return(?:ing)?|be back|back (?:on|in|at)|until|till|through|wieder (?:erreichbar|im|da|zurück|für)|bis (?:zum|einschließlich|\d)|ab dem|jusqu|de retour|à partir du|vuelvo|hasta|"
    r"regres\w*|fino al|rientr\w*|torner\w*|até|retorn\w*|tot (?:en met|\d)|terug|tillbaka|till och med|tilbage|tilbake|do dnia|do \d|wrac\w*|до \d|вернусь|повернусь|по \d|vissza|zpět|do \d|takaisin|palaan)|まで|까지|返回|回来|έως|μέχρι|עד |حتى",
    re.I,
)
INSTEAD = re.compile(
    r"urgent|emergenc|in my absence|please contact|immediate (?:assistance|attention|help)|will not be (?:read|forwarded)|limited access|dringend|wenden sie sich|in meiner abwesenheit|vertret|weitergeleitet|"
    r"en cas d.urgence|mon absence|veuillez contacter|urgente|urgenz|mia assenza|mi ausencia|minha ausência|dringende|spoed|tijdens mijn afwezigheid|akut|brådskande|haster|kontakta|kontakt\b|piln|nieobecności|срочн|отсутстви|"
    r"термінов|відсутності|sürgős|távollét|kiireellis|緊急|紧急|至急|급한|긴급",
    re.I,
)
# A desk that has taken something in. Two different signs of it are needed.
ACKNOWLEDGED_SUBJECT = re.compile(
    r"(?:request|ticket|case|enquiry|inquiry|message|e-?mail|anfrage|nachricht|vorgang|demande|solicitud|richiesta|zgłoszenie|заявка|запит|обращение|consulta|pedido)\b[^\n]{0,60}"
    r"(?:received|opened|created|registered|logged|eingegangen|erhalten|reçue?|recibid[ao]|ricevut[ao]|otrzyma|przyj[eę]t|принят|отриман|получен|зарегистрирован|recebid[ao]|creado)|"
    r"^\W{0,3}(?:thank you for (?:contacting|your (?:e-?mail|message|request|enquiry|inquiry|interest))|thanks for contacting|vielen dank für (?:ihre|deine) (?:anfrage|nachricht|e-?mail)|ihre anfrage|merci (?:de|pour) (?:nous avoir|votre (?:message|demande))|"
    r"gracias por (?:contactar|su (?:mensaje|consulta))|grazie per (?:averci|la (?:sua|tua))|confirmation of receipt|acknowledge?ment|we(?:'ve| have) received your|receipt of your)",
    re.I,
)
ACKNOWLEDGED_TEXT = re.compile(
    r"we(?:'ve| have)? (?:successfully )?received your (?:request|message|e-?mail|enquiry|inquiry|ticket)|your (?:request|message|e-?mail|enquiry|inquiry|ticket|case)[^.\n]{0,60}(?:has been|was|is) (?:received|created|opened|registered|logged|assigned)|"
    r"(?:one of our|a member of our|our (?:support )?team|an agent|we) (?:\w+ ){0,3}will (?:get back|respond|reply|contact you|be in touch|answer)|(?:ticket|case|reference|request) (?:number|id|no\.)|"
    r"(?:ihre (?:anfrage|nachricht|e-?mail)|ihr (?:anliegen|ticket))[^.\n]{0,60}(?:erhalten|eingegangen|bearbeit)|votre (?:demande|message)[^.\n]{0,60}(?:reçu|enregistr|pris)|hemos recibido su|abbiamo ricevuto la|recebemos (?:a sua|seu)|"
    r"(?:ваш[аеу]?|ваше) (?:заявк|обращени|письмо|сообщени|запит|звернення)[^.\n]{0,60}(?:принят|получен|зарегистрирован|прийнят|отриман)|otrzymaliśmy (?:twoj|państwa)",
    re.I,
)
CHALLENGE = re.compile(
    r"(?:your|this) (?:e-?mail|message)[^.\n]{0,60}(?:requires|needs|awaits|is awaiting|waiting for|pending) (?:your |sender )?(?:confirmation|verification|approval|authentication)|"
    r"(?:verify|confirm|authenticate|prove)[^.\n]{0,60}(?:you are (?:human|a person|not a)|real person|as a sender|your (?:e-?mail )?address)[^.\n]{0,80}(?:deliver|message|mail)|"
    r"protect(?:ing|s)? (?:myself|himself|herself|themselves|itself|my inbox|this (?:mailbox|account))[^.\n]{0,40}(?:spam|junk|unwanted)|unconfirmed (?:message|sender)|spam ?arrest|boxbe|tmda|please (?:click|reply)[^.\n]{0,60}(?:to be added|approved senders|allowed senders|white ?list)",
    re.I,
)

# Every phrase of CHALLENGE has one of these in it; asking for them first is ten times as fast.
CHALLENGE_STEMS = (
    "confirm",
    "verif",
    "authent",
    "approv",
    "protect",
    "prove",
    "spam",
    "boxbe",
    "tmda",
    "allowed",
    "white",
)


def is_automatic_subject(subject: str) -> bool:
    """Does the subject begin as automatic replies do, and go on as they do?"""
    match = AUTO_SUBJECT.match(subject)
    return match is not None and SUBJECT_GOES_ON.match(subject, match.end()) is not None
