"""The calendars of countries, as the library `holidays` keeps them, China's exchanged working weekends included.

Kept apart, because only the running service needs it and the library takes a tenth of a second to load.
"""

from collections.abc import Iterable

import holidays

from cgtwatch.diff.calendar import Calendar

_INSTITUTIONS = {"EU": "XECB"}  # no country: the days on which its offices are shut together


def nations(countries: Iterable[str], years: Iterable[int]) -> dict[str, Calendar]:
    """The calendar of each of `countries` (ISO 3166, and `EU`) in `years`; a name the library does not know is left out."""
    span = sorted(set(years))
    found = {}
    for country in sorted(set(countries)):
        calendar = _calendar(country, span)
        if calendar is not None:
            found[country] = calendar
    return found


def _calendar(country: str, years: list[int]) -> Calendar | None:
    look = holidays.financial_holidays if country in _INSTITUTIONS else holidays.country_holidays
    try:
        days = look(_INSTITUTIONS.get(country, country), years=years)
    except NotImplementedError:
        return None
    return Calendar(
        frozenset(days.keys()), frozenset(getattr(days, "weekend_workdays", ())), frozenset(int(day) for day in days.weekend)
    )
