"""Public holidays by country: days on which most of its shops are shut or sell otherwise.

Fixed days, days by Easter, and weekdays of a month, as each country's law has them today; what a
single region keeps, and days moved for falling on a Sunday, are left out.
"""

from datetime import date, timedelta

_FIXED = {
    "101": "New Year's Day", "102": "Day after New Year", "106": "Epiphany",
    "1225": "Christmas Day", "1226": "Second Day of Christmas", "1224": "Christmas Eve",
    "501": "Labour Day", "815": "Assumption", "1101": "All Saints' Day",
    "1208": "Immaculate Conception", "508": "Victory Day", "1111": "Armistice Day",
}  # fmt: skip
_EASTER = {
    "carnival": (-47, "Carnival"), "thursday": (-3, "Maundy Thursday"),
    "friday": (-2, "Good Friday"), "sunday": (0, "Easter Sunday"), "monday": (1, "Easter Monday"),
    "ascension": (39, "Ascension Day"), "whitsunday": (49, "Whit Sunday"),
    "whit": (50, "Whit Monday"), "corpus": (60, "Corpus Christi"),
}  # fmt: skip

_RULES: dict[str, str] = {
    "AT": "101 106 monday 501 ascension whit corpus 815 1026:National_Day 1101 1208 1225 1226",
    "AU": "101 126:Australia_Day friday monday 425:Anzac_Day 1225 1226",
    "BE": "101 monday 501 ascension whit 721:National_Day 815 1101 1111 1225",
    "BR": "101 carnival friday 421:Tiradentes 501 corpus 907:Independence_Day 1012:Our_Lady "
    "1102:All_Souls 1115:Republic_Day 1120:Black_Awareness_Day 1225",
    "CA": "101 friday mon518:Victoria_Day 701:Canada_Day mon901:Labour_Day "
    "mon1008:Thanksgiving 1225 1226",
    "CH": "101 friday monday ascension whit 801:National_Day 1225 1226",
    "CZ": "101 friday monday 501 508 705:Cyril_and_Methodius 706:Jan_Hus 928:Statehood_Day "
    "1028:Independence_Day 1117:Freedom_Day 1224 1225 1226",
    "DE": "101 friday monday 501 ascension whit 1003:German_Unity_Day 1225 1226",
    "DK": "101 thursday friday monday ascension whit 605:Constitution_Day 1225 1226",
    "ES": "101 106 friday 501 815 1012:National_Day 1101 1206:Constitution_Day 1208 1225",
    "FI": "101 106 friday monday 501 ascension sat620:Midsummer_Day sat1031:All_Saints'_Day "
    "1206:Independence_Day 1225 1226",
    "FR": "101 monday 501 508 ascension whit 714:Bastille_Day 815 1101 1111 1225",
    "GB": "101 friday monday mon501:Early_May_Bank_Holiday mon525:Spring_Bank_Holiday "
    "mon825:Summer_Bank_Holiday 1225 1226",
    "HU": "101 315:National_Day friday monday 501 whit 820:State_Foundation_Day "
    "1023:Republic_Day 1101 1225 1226",
    "IE": "101 mon201:Saint_Brigid's_Day 317:Saint_Patrick's_Day monday mon501:May_Day "
    "mon601:June_Holiday mon801:August_Holiday mon1025:October_Holiday 1225 1226",
    "IT": "101 106 sunday monday 425:Liberation_Day 501 602:Republic_Day 815 1101 1208 1225 1226",
    "LU": "101 monday 501 509:Europe_Day ascension whit 623:National_Day 815 1101 1225 1226",
    "MX": "101 mon201:Constitution_Day mon315:Benito_Juarez 501 916:Independence_Day "
    "mon1115:Revolution_Day 1225",
    "NL": "101 sunday monday 427:King's_Day ascension whitsunday whit 1225 1226",
    "NO": "101 thursday friday monday 501 517:Constitution_Day ascension whit 1225 1226",
    "NZ": "101 102 206:Waitangi_Day friday monday 425:Anzac_Day mon601:King's_Birthday "
    "mon1022:Labour_Day 1225 1226",
    "PL": "101 106 sunday monday 501 503:Constitution_Day whitsunday corpus 815 1101 "
    "1111:Independence_Day 1225 1226",
    "PT": "101 friday sunday 425:Freedom_Day 501 corpus 610:Portugal_Day 815 1005:Republic_Day "
    "1101 1201:Independence_Day 1208 1225",
    "SE": "101 106 friday monday 501 ascension 606:National_Day sat620:Midsummer_Day "
    "sat1031:All_Saints'_Day 1225 1226",
    "US": "101 mon115:Martin_Luther_King_Day mon215:Presidents'_Day mon525:Memorial_Day "
    "619:Juneteenth 704:Independence_Day mon901:Labor_Day mon1008:Columbus_Day "
    "1111:Veterans_Day thu1122:Thanksgiving 1225",
}
"""Days as MDD or MMDD, `monMDD` the first Monday from that day on, names after a colon."""

_WEEKDAYS = {"mon": 0, "thu": 3, "sat": 5}

_ZONES = {
    "Europe/Vienna": "AT", "Europe/Brussels": "BE", "Europe/Zurich": "CH", "Europe/Prague": "CZ",
    "Europe/Berlin": "DE", "Europe/Copenhagen": "DK", "Europe/Madrid": "ES",
    "Atlantic/Canary": "ES", "Europe/Helsinki": "FI", "Europe/Paris": "FR", "Europe/London": "GB",
    "Europe/Budapest": "HU", "Europe/Dublin": "IE", "Europe/Rome": "IT",
    "Europe/Luxembourg": "LU", "America/Mexico_City": "MX", "Europe/Amsterdam": "NL",
    "Europe/Oslo": "NO", "Pacific/Auckland": "NZ", "Europe/Warsaw": "PL", "Europe/Lisbon": "PT",
    "Europe/Stockholm": "SE", "America/Sao_Paulo": "BR", "America/Toronto": "CA",
    "America/Vancouver": "CA", "America/Halifax": "CA", "America/Winnipeg": "CA",
    "America/Edmonton": "CA", "America/New_York": "US", "America/Detroit": "US",
    "America/Chicago": "US", "America/Denver": "US", "America/Phoenix": "US",
    "America/Los_Angeles": "US", "America/Anchorage": "US", "Pacific/Honolulu": "US",
    "Australia/Sydney": "AU", "Australia/Melbourne": "AU", "Australia/Brisbane": "AU",
    "Australia/Perth": "AU", "Australia/Adelaide": "AU", "Australia/Hobart": "AU",
}  # fmt: skip

COUNTRIES = tuple(sorted(_RULES))


def country_of(time_zone: str) -> str:
    """The country of a time zone that is one country's alone, of those known here; else nothing."""
    return _ZONES.get(time_zone, "")


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(country: str, year: int) -> dict[date, str]:
    """The country's public holidays of a year with their names; none for an unknown country."""
    found: dict[date, str] = {}
    for rule in _RULES.get(country, "").split():
        when, _, name = rule.partition(":")
        title = name.replace("_", " ")
        if when in _EASTER:
            shift, title = _EASTER[when]
            day = easter(year) + timedelta(days=shift)
        elif when.isdigit():
            day, title = _month_day(year, when), title or _FIXED[when]
        else:
            day = _month_day(year, when[3:])
            day += timedelta(days=(_WEEKDAYS[when[:3]] - day.weekday()) % 7)
        found.setdefault(day, title)
    return dict(sorted(found.items()))


def _month_day(year: int, told: str) -> date:
    return date(year, int(told[:-2]), int(told[-2:]))
