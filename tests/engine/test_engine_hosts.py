"""No thread waits for a turn that another visit has."""

import pytest

from cgtwatch.engine.hosts import Hosts, Line
from cgtwatch.model.source import Kind, Names, Source


def source(name: str, host: str, via: str = "http", connections: int = 1) -> Source:
    return Source(name, Kind.LIST, f"https://{host}/{name}", Names(name, name), via=via, connections=connections)


def test_the_browser_reads_one_page_at_a_time_over_all_hosts() -> None:
    hosts, one, other = Hosts(), source("one", "a.test", "browser"), source("other", "b.test", "browser", connections=4)
    hosts.begin(one)
    assert not hosts.free(other)
    assert hosts.free(source("plain", "c.test"))
    hosts.end(one)
    assert hosts.free(other)


@pytest.mark.fault("N14")
def test_a_host_bears_as_many_visits_as_its_sources_say() -> None:
    hosts, one = Hosts(), source("one", "a.test", connections=2)
    hosts.begin(one)
    assert hosts.free(one)
    assert not hosts.free(source("other", "a.test"))


def test_sources_of_the_browser_wait_behind_each_other_and_not_before_the_rest() -> None:
    hosts = Hosts()
    line = Line([source("one", "a.test", "browser"), source("two", "b.test", "browser"), source("plain", "c.test")], hosts)
    taken = []
    while (found := line.next(anyway=False)) is not None:
        hosts.begin(found)
        taken.append(found.id)
    assert taken == ["one", "plain"]
