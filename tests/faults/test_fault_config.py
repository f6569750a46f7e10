"""What may be wrong with the files of a running service, and what rules of theirs must not be able to do."""

import signal
from pathlib import Path

import pytest
from attack import feed, sources
from inside import inside
from place import Place, Site

from cgtwatch.config.sources import load_sources
from cgtwatch.engine.reloading import read_again
from cgtwatch.errors import ConfigError
from cgtwatch.parse.select import check
from sources_file import KNOWN

RSS = "application/rss+xml"
REACHING_OUT = (
    "document('file:///etc/passwd')",
    "//a[unparsed-text('file:///etc/passwd')]",
    "//a[re:test(@href, '(a+)+$')]",
    "xpath: //a",
    "/html/body/a",
    "a:has-text(document('x'))",
)


@pytest.mark.fault("C4")
@pytest.mark.promise("P17")
def test_a_file_replaced_removed_or_spoilt_leaves_the_last_good_one_at_work(place: Place, site: Site) -> None:
    for name in ("one", "two"):
        site.page(f"/{name}", feed([1]), RSS)
    file = place.root / "sources.yaml"
    place.sources(sources(one=f"{site.url}/one"))
    spoilt = {
        "removed": file.unlink,
        "gbk": lambda: file.write_bytes("sources:\n# 药审中心\n".encode("gbk")),
        "half": lambda: file.write_text(sources(one=f"{site.url}/one")[:-30]),
        "a folder": lambda: (file.unlink(), file.mkdir()),
    }
    with place.service("--no-web") as service:
        service.until(lambda: "poll source=one outcome=ok" in service.text)
        for count, spoil in enumerate(spoilt.values(), 1):
            spoil()
            service.process.send_signal(signal.SIGHUP)
            service.until(lambda count=count: service.text.count("sources not reloaded") >= count)
        file.rmdir()
        other = place.root / "other.yaml"
        other.write_text(sources(one=f"{site.url}/one", two=f"{site.url}/two"))
        other.rename(file)
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda: "poll source=two outcome=ok" in service.text)
        assert place.poll("one")["one"]["error"] is None
        assert service.stop() == 0
    assert "Traceback" not in service.text


@pytest.mark.fault("C6")
@pytest.mark.parametrize("selector", REACHING_OUT)
def test_a_selector_that_could_reach_out_or_is_no_css_is_refused_when_it_is_loaded(selector: str) -> None:
    assert check(selector) is not None


@pytest.mark.fault("C2")
@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/object/new:os.system", "!!python/name:os.system", "!!python/module:os"]
)
def test_a_tag_that_names_code_is_refused_and_nothing_is_run(tmp_path: Path, tag: str) -> None:
    proof = tmp_path / "proof"
    path = tmp_path / "sources.yaml"
    path.write_text(f"sources:\n- {tag} ['touch {proof}']\n")
    with pytest.raises(ConfigError, match="tag"):
        load_sources(path, KNOWN)
    assert not proof.exists()


@pytest.mark.fault("C12")
def test_a_source_under_a_new_id_goes_on_where_the_old_one_stopped_and_tells_what_came_meanwhile(
    tmp_path: Path, site: Site
) -> None:
    site.page("/feed", feed([1]), RSS)
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as bench:
        bench.poll()
        site.page("/feed", feed([2, 1]), RSS)
        bench.pass_time(hours=1)
        assert bench.poll()["one"]["announced"] == 1
        (tmp_path / "sources.yaml").write_text(sources(other=f"{site.url}/feed"))
        read_again(bench.app)
        site.page("/feed", feed([3, 2, 1]), RSS)
        bench.pass_time(hours=1)
        row = bench.poll("other")["other"]
        assert (row["baseline"], row["announced"]) == (False, 1)
        assert bench.app.store.last_seq() == 2


@pytest.mark.fault("C12")
def test_another_source_under_an_id_that_was_given_up_may_show_what_the_renamed_one_showed(tmp_path: Path, site: Site) -> None:
    for name in ("feed", "twin"):
        site.page(f"/{name}", feed([2, 1]), RSS)
    with inside(tmp_path, sources(one=f"{site.url}/feed")) as bench:
        bench.poll()
        for written in (sources(other=f"{site.url}/feed"), sources(other=f"{site.url}/feed", one=f"{site.url}/twin")):
            (tmp_path / "sources.yaml").write_text(written)
            read_again(bench.app)
        bench.pass_time(hours=1)
        row = bench.poll("one")["one"]
        assert (row["error"], row["new"], row["baseline"]) == (None, 2, True)
        ids = [{item.id for item in bench.app.store.known(name)} for name in ("one", "other")]
        assert [len(each) for each in ids] == [2, 2]
        assert not ids[0] & ids[1]
        bench.pass_time(hours=1)
        assert bench.poll("one")["one"]["new"] == 0
