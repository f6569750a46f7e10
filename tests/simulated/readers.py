"""Thirty readers all over the world: what each wants, when, where it goes, and what happens to the subscription in between."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscription. `every`: now, hourly, daily, weekly, monthly; `at` the local time; `day` of the week or the month.

    `places`, `stage`, `word`: what it wants. `quiet`: local hours, and whether weekends are. `steps`: what is done when.
    """

    to: str
    every: str = "now"
    at: time = time(8)
    day: int = 1
    zone: str = "Asia/Shanghai"
    places: tuple[str, ...] = ()
    stage: str = ""
    word: str = ""
    quiet: tuple[time, time, bool] | None = None
    reminders: bool = True
    promise: str = "at-least-once"
    moved_to: str = ""
    steps: tuple[tuple[datetime, str], ...] = ()

    def args(self, step: str) -> dict[str, Any]:
        """What is asked for with a step."""
        if step == "change to":
            return {"to": self.moved_to}
        if step != "add":
            return {}
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        clock = f"{self.at:%H:%M}"
        cadence = {
            "daily": f"daily@{clock}", "weekly": f"weekly@{days[self.day % 7]}-{clock}", "monthly": f"monthly@{self.day}-{clock}",
        }.get(self.every, self.every)  # fmt: skip
        asked: dict[str, Any] = {
            "to": self.to, "cadence": cadence, "tz": self.zone, "lang": "en", "promise": self.promise, "reminders": self.reminders,
        }  # fmt: skip
        if self.places:
            asked["jurisdiction"] = list(self.places)
        if self.stage:
            asked["stage"] = [self.stage]
        if self.word:
            asked["query"] = self.word
        if self.quiet:
            begin, end, weekends = self.quiet
            hours = f"{begin:%H:%M}-{end:%H:%M}" if begin != end else ""
            asked["quiet"] = ",".join(filter(None, [hours, "weekends" if weekends else ""]))
        return asked


def _mail(name: str) -> str:
    return f"mailto:{name}@reader.example"


def readers(begin: datetime, days: int) -> Mapping[str, Wish]:
    """Thirty of them; who comes, rests, moves and leaves does so at a share of the time."""

    def when(share: float) -> datetime:
        minutes = round(days * share * 48) * 30
        return begin + timedelta(minutes=minutes)

    night, weekends = (time(22), time(7), False), (time(0), time(0), True)
    berlin, york, london, tokyo, sydney, delhi = (
        "Europe/Berlin", "America/New_York", "Europe/London", "Asia/Tokyo", "Australia/Sydney", "Asia/Kolkata",
    )  # fmt: skip
    made: dict[str, Wish] = {
        "now-all": Wish("http://hook-a.example/in/a1"),
        "now-cn": Wish(_mail("cn"), places=("CN",)),
        "now-us-quiet": Wish(_mail("us"), zone=york, places=("US",), quiet=night),
        "now-weekday": Wish("http://hook-b.example/in/b1", zone=london, quiet=(time(20), time(8), True)),
        "now-room": Wish("slack:http://room-a.example/services/a", places=("GB", "EU"), promise="never-twice"),
        "now-shanghai": Wish("http://hook-c.example/in/c1", places=("CN-SH",)),
        "hourly-all": Wish(_mail("hourly"), "hourly", zone=berlin),
        "hourly-delhi": Wish("http://hook-d.example/in/d1", "hourly", zone=delhi, quiet=night),
        "daily-shanghai": Wish(_mail("shanghai"), "daily"),
        "daily-york": Wish(_mail("york"), "daily", time(7, 30), zone=york),
        "daily-london": Wish(_mail("london"), "daily", time(6), zone=london),
        "daily-tokyo": Wish(_mail("tokyo"), "daily", time(9), zone=tokyo),
        "daily-sydney": Wish("http://hook-e.example/in/e1", "daily", time(8), zone=sydney),
        "daily-gap": Wish(_mail("gap"), "daily", time(2), zone=berlin),  # a time that spring leaves out and autumn has twice
        "daily-gap-york": Wish(_mail("gapyork"), "daily", time(1, 30), zone=york),
        "daily-midnight": Wish(_mail("midnight"), "daily", time(0), zone=london, places=("GB", "US")),
        "daily-drafts": Wish(_mail("drafts"), "daily", time(10), stage="draft"),
        "daily-potency": Wish(_mail("potency"), "daily", time(12), zone=york, word="potency"),
        "daily-calm": Wish(_mail("calm"), "daily", time(5), zone=tokyo, reminders=False, quiet=(time(4), time(6), False)),
        "daily-weekday": Wish(_mail("weekday"), "daily", time(8), zone=berlin, quiet=weekends),
        "daily-room": Wish("slack:http://room-b.example/services/b", "daily", time(9), zone=london, places=("GB",), promise="never-twice"),
        "weekly-mon": Wish(_mail("weekly"), "weekly", time(8), 0),
        "weekly-fri": Wish(_mail("friday"), "weekly", time(17), 4, zone=york),
        "weekly-sun-gap": Wish(_mail("sunday"), "weekly", time(2), 6, zone=berlin),
        "monthly-first": Wish(_mail("monthly"), "monthly", time(8), 1),
        "monthly-last": Wish(_mail("last"), "monthly", time(18), 31, zone=sydney),
    }  # fmt: skip
    made = {name: replace_steps(wish, (begin, "add")) for name, wish in made.items()}
    made |= {
        "late": replace_steps(Wish(_mail("late"), "daily", zone=york), (when(0.3), "add")),
        "pauses": replace_steps(
            Wish("http://hook-f.example/in/f1", "daily", zone=london),
            (begin, "add"),
            (when(0.25), "pause"),
            (when(0.6), "resume"),
        ),
        "leaves": replace_steps(Wish(_mail("leaves"), "now"), (when(0.1), "add"), (when(0.7), "remove")),
        "moves": replace_steps(
            Wish(_mail("old"), "daily", time(11), zone=tokyo, moved_to=_mail("new")), (begin, "add"), (when(0.5), "change to")
        ),
    }
    return made


def replace_steps(wish: Wish, *steps: tuple[datetime, str]) -> Wish:
    """The wish with what is done to it."""
    return replace(wish, steps=steps)
