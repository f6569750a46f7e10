"""What an address tells of whoever stands behind it."""

from urllib.parse import urlsplit

from cgtwatch.config.places import COUNTRIES

# Domains of states and bodies that are no country codes, then country codes that are sold to anybody.
_BODIES = {"gov": "US", "mil": "US", "uk": "GB", "eu": "EU", "int": "INT", "su": "RU"}
_SOLD = frozenset(
    {"ai", "ag", "am", "cc", "co", "fm", "gg", "im", "io", "la", "ly", "me", "sh", "so", "st", "to", "tv", "vc", "ws"}
)
_SPOKEN = {"CN": "zh", "TW": "zh", "HK": "zh", "MO": "zh", "US": "en", "GB": "en", "AU": "en", "CA": "en", "NZ": "en", "IE": "en", "SG": "en",
           "IN": "en", "INT": "en", "EU": "en", "JP": "ja", "KR": "ko", "DE": "de", "AT": "de", "FR": "fr", "ES": "es", "IT": "it", "BR": "pt"}  # fmt: skip


def place_of(url: str) -> str | None:
    """The jurisdiction that the address's last name stands for (ISO 3166, `EU`, `INT`); None where it stands for none."""
    host = urlsplit(url).hostname or ""
    last = host.rpartition(".")[2].lower()
    if last in _BODIES:
        return _BODIES[last]
    return last.upper() if last.upper() in COUNTRIES and last not in _SOLD else None


def language_of(place: str | None) -> str | None:
    """The language in which the authorities of a place are most likely to publish; None where it is not known."""
    return _SPOKEN.get((place or "").partition("-")[0])
