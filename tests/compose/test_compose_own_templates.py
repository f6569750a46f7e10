"""Templates of a user's own: they speak where they work, and where they do not the shipped ones speak and it is told."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cgtwatch.compose.messages import alarm, digest
from cgtwatch.compose.own import OwnTemplates, shipped_files
from cgtwatch.model.health import Alarm
from cgtwatch.pipeline.templating import judge_templates, try_all
from cgtwatch.store import open_store
from compose.samples import ANNOUNCEMENTS, CONTEXT, DRAFT, NOW, announce, reader
from compose.test_compose_digest import Tags

PAGE = "{% extends '_page.html.j2' %}{% block body %}<tr><td>"
END = "</td></tr>{% endblock %}"


def own(folder: Path, files: Mapping[str, str]) -> OwnTemplates:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return OwnTemplates(folder)


def composed(templates: OwnTemplates, language: str = "en", told=ANNOUNCEMENTS):
    return digest(reader(language), told, replace(CONTEXT, templates=templates), NOW)


def troubles(templates: OwnTemplates) -> dict[str, str]:
    return {one.what: one.why for one in templates.troubles}


SHIPPED = digest(reader("en"), ANNOUNCEMENTS, CONTEXT, NOW)


def test_what_export_writes_makes_the_same_mail(tmp_path):
    templates = own(tmp_path, shipped_files())
    assert composed(templates) == SHIPPED
    assert templates.troubles == ()


def test_the_example_of_the_documentation_speaks(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
    example = page.partition("```jinja\n")[2].partition("```")[0]
    templates = own(tmp_path, {"digest.txt.j2": example})
    text = composed(templates).text
    assert templates.troubles == ()
    assert f"* {DRAFT.title}" in text
    assert "5 days left" in text


def test_one_file_replaces_one_and_the_others_stay(tmp_path):
    templates = own(tmp_path, {"digest.html.j2": f"{PAGE}<b>{{{{ count }}}}</b>{END}"})
    told = composed(templates)
    assert "<b>6</b>" in told.html
    assert told.text == SHIPPED.text


def test_words_of_ones_own_speak_in_subject_and_mail(tmp_path):
    templates = own(tmp_path, {"en.json": json.dumps({"phrases": {"brand": "Our Watch"}, "places": {"CN": "Mainland"}})})
    told = composed(templates)
    assert "Our Watch" in told.html
    assert "Mainland" in told.text
    assert templates.troubles == ()


def test_a_style_sheet_of_ones_own_is_inlined(tmp_path):
    templates = own(tmp_path, {"style.css": ".title { color: #ff00ff }"})
    assert 'class="title ink" style="color:#ff00ff' in composed(templates).html.replace(": ", ":")


BROKEN = {
    "syntax": ("digest.html.j2", "\n\n{% if %}", "digest.html.j2:3: "),
    "unknown": ("digest.txt.j2", "line\n{{ nobody }}", "digest.txt.j2:2: 'nobody' is undefined"),
    "include": ("digest.txt.j2", "{% include '../../secret' %}", "no template '../../secret'"),
    "attribute": ("digest.txt.j2", "{{ ''.__class__.__mro__ }}", "digest.txt.j2:1: access to attribute '__class__'"),
    "format": ("digest.txt.j2", "{{ '{0.__class__}'.format(1) }}", "digest.txt.j2:1: "),
    "globals": ("digest.txt.j2", "{{ words.say.__globals__ }}", "unsafe"),
    "change": ("digest.txt.j2", "{{ sections.append(1) }}", "digest.txt.j2:1: "),
    "memory": ("digest.txt.j2", "{{ 'x' * 999999999 }}", "256 MiB"),
    "size": ("digest.txt.j2", "{{ 'x' * 9999999 }}", "more than 2,000,000 characters"),
    "safe": ("digest.html.j2", f"{PAGE}{{{{ intro|safe }}}}{END}", "digest.html.j2:1: what comes from a source stays escaped"),
    "autoescape": ("_card.html.j2", "{% autoescape false %}{% endautoescape %}", "_card.html.j2:1: what comes from a source"),
    "anchor": ("digest.html.j2", "<p>no way to leave", "holds <!--unsubscribe--> 0 times"),
    "bytes": ("digest.txt.j2", "\udc80", "utf-8"),
}


@pytest.mark.fault("C7")
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_template_never_stops_a_digest_and_says_where_it_is_broken(case, tmp_path):
    name, source, why = BROKEN[case]
    (tmp_path / name).write_bytes(source.encode("utf-8", "surrogateescape"))
    templates = OwnTemplates(tmp_path)
    assert composed(templates) == SHIPPED
    assert why in " ".join(troubles(templates).values())


def test_a_loop_without_end_is_stopped_and_the_digest_goes_out(tmp_path):
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    templates = own(tmp_path, {"digest.txt.j2": loop})
    assert composed(templates).text == SHIPPED.text
    assert re.search("processor time|longer than 10 s", troubles(templates)["digest"])  # whichever a busy machine reaches first


@pytest.mark.fault("C7")
def test_a_file_that_leads_out_of_the_folder_is_not_read(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "secret").write_text("SECRET")
    (folder / "digest.txt.j2").symlink_to(tmp_path / "secret")
    templates = OwnTemplates(folder)
    assert composed(templates) == SHIPPED
    assert "leads out of the folder" in troubles(templates)["digest.txt.j2"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"phrases": {"brandt": "x"}}, "phrases.brandt is not known"),
        ({"phrases": {"because": 5}}, "phrases.because is no text"),
        ({"phrases": {"until": "{date.__class__}"}}, "has the gap {date.__class__}"),
        ({"phrases": {"until": "{date!r}"}}, "has the gap {date!r}"),
        ({"phrases": {"until": "{date"}}, "not closed"),
        ({"phrases": {"intro": "x"}}, "needs the forms one and many"),
        ({"nothing": {}}, "'nothing' is no table of ours"),
        ([], "expected tables"),
    ],
)
def test_words_that_do_not_fit_are_refused_with_their_place(words, why, tmp_path):
    templates = own(tmp_path, {"en.json": json.dumps(words)})
    assert composed(templates) == SHIPPED
    assert why in troubles(templates)["en.json"]


def test_a_mistake_in_one_message_is_not_the_others_trouble(tmp_path):
    templates = own(tmp_path, {"welcome.html.j2": "{% if %}", "digest.txt.j2": "{{ count }} events"})
    assert composed(templates).text == "6 events"
    assert {one.what for one in try_all(templates)} == {"welcome"}


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}} {% raw %}", "<!--unsubscribe-->"]
)
def test_a_hostile_title_stays_text_in_templates_of_ones_own(title, tmp_path):
    row = "{% for s in sections %}{% for card in s.full %}<a title='{{ card.title }}' href='{{ card.link }}'>{{ card.title }}</a>{% endfor %}{% endfor %}"
    templates = own(tmp_path, {"digest.html.j2": f"{PAGE}{row}{END}"})
    told = composed(templates, told=[announce(1, replace(DRAFT, title=title, url="javascript:alert(1)"))])
    page = Tags(told.html)
    assert templates.troubles == ()
    assert not {"script", "img"} & set(page.tags)
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(link.startswith("https://") or link == "" for link in page.links)
    assert told.html.count("<!--unsubscribe-->") == 1
    assert title in page.seen


def test_trouble_opens_one_alarm_and_the_mend_closes_it(tmp_path):
    store = open_store("sqlite://")
    templates = own(tmp_path, {"digest.txt.j2": "{{ nobody }}"})
    for _ in range(2):
        judge_templates(templates, store, NOW)
    [opened] = store.open_alarms()
    assert (opened.key, opened.kind) == ("template:digest", "template")
    assert opened.detail == "digest.txt.j2:1: 'nobody' is undefined"
    own(tmp_path, {"digest.txt.j2": "{{ count }}"})
    judge_templates(templates, store, NOW)
    assert store.open_alarms() == ()
    store.close()


def test_an_alarm_of_templates_is_over_once_none_are_in_use():
    store = open_store("sqlite://")
    store.apply_alarms([Alarm("template:digest", "template", "s", "d", "h", NOW)], (), NOW)
    judge_templates(CONTEXT.templates, store, NOW)
    assert store.open_alarms() == ()
    store.close()


def test_the_operator_reads_which_template_is_broken():
    told = alarm([Alarm("template:digest", "template", "s", "digest.txt.j2:1: 'x' is undefined", "mend", NOW)], (), "zh", NOW)
    assert told.subject == "故障：digest：自定义模板有误"
    assert "digest.txt.j2:1" in told.text
