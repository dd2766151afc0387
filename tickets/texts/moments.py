"""Days and times as they stand in a sentence, in the languages of customers: "on Tuesday at 9:00", "во вторник в 9:00"."""

from datetime import date, datetime

# From Monday on, with the word in front that the language wants.
WEEKDAYS = {
    "en": "on Monday,on Tuesday,on Wednesday,on Thursday,on Friday,on Saturday,on Sunday",
    "de": "am Montag,am Dienstag,am Mittwoch,am Donnerstag,am Freitag,am Samstag,am Sonntag",
    "es": "el lunes,el martes,el miércoles,el jueves,el viernes,el sábado,el domingo",
    "fr": "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
    "uk": "у понеділок,у вівторок,у середу,у четвер,у п’ятницю,у суботу,у неділю",
    "ru": "в понедельник,во вторник,в среду,в четверг,в пятницу,в субботу,в воскресенье",
    "pt": "na segunda-feira,na terça-feira,na quarta-feira,na quinta-feira,na sexta-feira,no sábado,no domingo",
}
MONTHS = {
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "de": "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
    "es": "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
    "fr": "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
    "uk": "січня,лютого,березня,квітня,травня,червня,липня,серпня,вересня,жовтня,листопада,грудня",
    "ru": "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря",
    "pt": "janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro",
}
DATE = {"de": "{day}. {month}", "es": "{day} de {month}", "pt": "{day} de {month}"}  # others: "3 March"
ON_DATE = {"en": "on {date}", "de": "am {date}", "es": "el {date}", "fr": "le {date}", "pt": "no dia {date}"}
TODAY = {
    "en": "today at {time}",
    "de": "heute um {time} Uhr",
    "es": "hoy {at} {time}",
    "fr": "aujourd’hui à {time}",
    "uk": "сьогодні {at} {time}",
    "ru": "сегодня в {time}",
    "pt": "hoje {at} {time}",
}
AT = {
    "en": "{day} at {time}",
    "de": "{day} um {time} Uhr",
    "es": "{day} {at} {time}",
    "fr": "{day} à {time}",
    "uk": "{day} {at} {time}",
    "ru": "{day} в {time}",
    "pt": "{day} {at} {time}",
}
YEAR = {"es": "{date} de {year}", "pt": "{date} de {year}", "uk": "{date} {year} року", "ru": "{date} {year} года"}
NEAR = 6  # days ahead that a weekday says without doubt


def on_date(day: date, language: str) -> str:
    """Return a day with its year, as it stands after "until": "3 March 2026"."""
    return YEAR.get(language, "{date} {year}").format(date=_date(day, language), year=day.year)


def moment(at: datetime, now: datetime, language: str) -> str:
    """Return when something happens next, as it stands in a sentence; both times in the zone that they are told in."""
    time = f"{at.hour}:{at:%M}"
    ahead = (at.date() - now.date()).days
    if ahead == 0:
        return TODAY[language].format(time=time, at=_at(at.hour, language))
    if 0 < ahead <= NEAR:
        day = WEEKDAYS[language].split(",")[at.weekday()]
    else:
        day = ON_DATE.get(language, "{date}").format(date=_date(at.date(), language))
    return AT[language].format(day=day, time=time, at=_at(at.hour, language))


def written(at: datetime, language: str) -> str:
    """Return day and time of what was written, as they stand above a quote: "3 March 2026 at 10:00"."""
    return AT[language].format(day=on_date(at.date(), language), time=f"{at.hour}:{at:%M}", at=_at(at.hour, language))


def _date(day: date, language: str) -> str:
    first_in_french = language == "fr" and day.day == 1
    number = "1er" if first_in_french else str(day.day)
    return DATE.get(language, "{day} {month}").format(day=number, month=MONTHS[language].split(",")[day.month - 1])


def _at(hour: int, language: str) -> str:
    """The word before the hour, where it depends on the hour: "a la 1:00", "à 1:00", "об 11:00"."""
    one, more = {"es": ("a la", "a las"), "pt": ("à", "às")}.get(language, ("", ""))
    if language == "uk":
        return "об" if hour == 11 else "о"
    return one if hour == 1 else more
