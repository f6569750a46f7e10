"""Whoever holds the token may push a document; whatever it says, it is a document and nothing else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inside import inside

from cgtwatch.engine.operations import perform
from cgtwatch.text.clean import one_line
from cgtwatch.web.forms import Refused
from cgtwatch.web.incoming.pushed import from_fields, safe_stem
from cgtwatch.web.site import make_site
from web.watched import HERE, HOME, TestClient, sources

TOKEN = "a-token-of-the-operator"
KEY = {"Authorization": f"Bearer {TOKEN}"}
NOTE = {
    "title": "关于细胞治疗产品的通知",
    "text": "现公开征求意见。",
    "url": "https://agency.test/n/1",
    "published": "2026-03-01",
}
SITE = """\
  - id: agency
    kind: feed
    url: http://127.0.0.1:1/feed.xml
"""


class Post:
    """An inbox on a page of its own."""

    def __init__(self, page: TestClient, folder: Path, bench) -> None:
        self.page, self.folder, self.bench = page, folder, bench

    def __call__(self, body, kind: str = "application/json", path: str = "/api/inbox", **headers: str):
        data = json.dumps(body) if isinstance(body, dict | list) else body
        return self.page.post(
            path, content=data, headers=KEY | {"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
        )

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    def refused(self, answer, status: int) -> str:
        said = answer.json()
        assert answer.status_code == status, said
        assert set(said) == {"error", "mend"}
        assert self.files == []
        return said["error"]


@contextmanager
def an_inbox(root: Path) -> Iterator[Post]:
    with inside(root, sources(SITE), inbox_token=TOKEN) as bench:
        page = TestClient(make_site(bench.app, partial(perform, bench.engine)), base_url=HOME, raise_server_exceptions=False)
        yield Post(page, root / "data" / "inbox", bench)
        page.close()


@pytest.fixture(scope="module")
def one_post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with an_inbox(tmp_path_factory.mktemp("inbox")) as made:
        yield made


@pytest.fixture
def post(one_post: Post) -> Post:
    one_post.bench.pass_time(minutes=2)
    for path in one_post.files:
        path.unlink()
    return one_post


def front(path: Path) -> dict[str, str]:
    return yaml.safe_load(path.read_text("utf-8").split("---\n")[1])


def test_a_pushed_document_becomes_a_file_with_front_matter(post) -> None:
    answer = post(NOTE)
    [path] = post.files
    assert (answer.status_code, answer.json()["source"]) == (202, "inbox")
    assert answer.json()["id"] in path.name
    assert front(path)["title"] == NOTE["title"]
    assert str(front(path)["published"]) == "2026-03-01"
    assert "现公开征求意见" in path.read_text("utf-8")


def test_the_same_document_twice_stays_one(post) -> None:
    first, again = post(NOTE), post(NOTE)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert len(post.files) == 1


def test_the_same_document_twice_at_once_stays_one(post) -> None:
    threads = [
        threading.Thread(target=post, args=(b"%PDF-1.4 same", "application/pdf", f"/api/inbox?name=n{n}")) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(post.files) == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ünsinn"])
def test_without_the_token_nothing_is_taken(post, header) -> None:
    answer = post(NOTE, Authorization=header.encode("latin-1"))
    post.refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_without_a_token_set_there_is_no_inbox(tmp_path) -> None:
    with inside(tmp_path, sources(SITE)) as bench:
        page = TestClient(make_site(bench.app, partial(perform, bench.engine)), base_url=HOME, client=HERE)
        assert page.post("/api/inbox", json=NOTE, headers=KEY).status_code == 404
        page.close()


@pytest.mark.parametrize(
    ("body", "kind", "suffix"),
    [
        (b"%PDF-1.7 ...", "application/pdf", ".pdf"),
        (b"PK\x03\x04...", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
        (b"<html><body>Notice</body></html>", "text/html; charset=utf-8", ".html"),
        (b"Notice\n\nWords.", "text/plain", ".txt"),
        (b"# Notice\n\nWords.", "text/markdown", ".md"),
    ],
)
def test_a_file_keeps_its_kind_and_name(post, body, kind, suffix) -> None:
    post(body, kind, Content_Disposition="attachment; filename*=UTF-8''%E9%80%9A%E7%9F%A5.bin")
    [path] = post.files
    assert path.suffix == suffix
    assert path.name.startswith("通知-")


def test_a_text_in_an_old_charset_is_kept_as_utf_8(post) -> None:
    post("关于细胞治疗的通知".encode("gb18030"), "text/plain; charset=gb18030")
    assert "细胞治疗" in post.files[0].read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "....//x", ".hidden", "a\x00b", "CON\r\nX: y",
     "x" * 400, "通" * 300, "%2e%2e%2fx", "\u202egpj.exe"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(post, name) -> None:
    answer = post.page.post("/api/inbox", params={"name": name}, content=b"words", headers=KEY | {"Content-Type": "text/plain"})
    assert answer.status_code == 202
    [path] = post.files
    assert path.parent == post.folder
    assert not path.name.startswith(".")
    assert len(path.name.encode()) < 255
    assert path.name.isprintable()


@pytest.mark.parametrize(
    "title",
    ['x"\nissuer: "fda', "x\n---\n\nfake body", "a: b", "- list", "{a: b}", "&anchor *alias", '\\" quoted \\', "# no comment",
     "!!python/object:os.system", "\u0085\u2028two"],
)  # fmt: skip
def test_no_title_is_more_than_a_title(post, title) -> None:
    post(NOTE | {"title": title})
    [path] = post.files
    assert set(front(path)) == {"title", "url", "published"}
    assert isinstance(front(path)["title"], str)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=200))
def test_any_title_and_text_become_one_document_or_a_refusal(title, text) -> None:
    body = json.dumps({"title": title, "text": text}).encode()
    if not one_line(title) or not text.strip():
        with pytest.raises(Refused):
            from_fields(body)
        return
    made = from_fields(body)
    said = made.body.decode()
    assert said.startswith('---\ntitle: "')
    assert set(yaml.safe_load(said.split("\n---\n")[0].removeprefix("---\n"))) == {"title"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_name_becomes_a_plain_one(name) -> None:
    stem = safe_stem(name)
    assert "/" not in stem
    assert not stem.startswith(".")
    assert stem.isprintable()
    assert len(stem.encode()) < 220


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"title": None}, {"title": 7}, {"title": "x" * 600}, {"text": ""}, {"text": None}, {"text": ["a"]}, {"html": "<p>both</p>"},
        {"url": "javascript:alert(1)"}, {"url": "file:///etc/passwd"}, {"url": "https://user:pw@a.test/"}, {"url": "http://[bad"}, {"url": 'http://a.test/"x'},
        {"published": "yesterday"}, {"published": 2026}, {"language": "zh\nx: y"}, {"issuer": "a b"}, {"jurisdiction": "../x"},
        {"attachments": []}, {"id": "x"},
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_mend(post, wrong) -> None:
    assert post.refused(post(NOTE | wrong), 400)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"[" * 100_000, b"\xff\xfe{", b""])
def test_what_is_no_object_is_refused(post, body) -> None:
    post.refused(post(body), 400)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"MZ\x90", "application/x-msdownload", 415),
        (b"<html>", "application/pdf", 400),
        (b"no zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 400),
        (b"x", "", 415),
        (b" \n ", "text/plain", 400),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(post, body, kind, status) -> None:
    post.refused(post(body, kind), status)


def test_a_document_over_the_limit_is_refused(post, monkeypatch) -> None:
    monkeypatch.setattr("cgtwatch.web.incoming.inbox.MOST", 1000)
    post.refused(post(b"x" * 1001, "text/plain"), 413)
    chunks = (b"x" * 100 for _ in range(50))
    post.refused(post.page.post("/api/inbox", content=chunks, headers=KEY | {"Content-Type": "text/plain"}), 413)


def test_a_flood_of_documents_is_told_to_wait(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cgtwatch.web.incoming.inbox.RATE", 2)
    with an_inbox(tmp_path) as post:
        answers = [post({"title": f"n{n}", "text": "x"}) for n in range(3)]
        assert [one.status_code for one in answers] == [202, 202, 429]
        assert answers[-1].headers["retry-after"] == "60"
        post.bench.pass_time(minutes=2)
        assert post(NOTE).status_code == 202


def test_a_full_folder_is_told_with_its_mend(post, monkeypatch) -> None:
    monkeypatch.setattr("cgtwatch.web.incoming.inbox.MOST_FILES", 1)
    post(NOTE)
    answer = post(NOTE | {"title": "another"})
    assert answer.status_code == 507
    assert str(post.folder) in answer.json()["mend"]


def test_a_pushed_document_is_an_item_at_the_next_visit(post) -> None:
    post.bench.poll("inbox")
    assert post(NOTE | {"title": "Draft guideline on CAR-T cell therapy"}).status_code == 202
    app = post.bench.app
    assert app.store.due(app.clock(), ["inbox"]) == ["inbox"]
    assert post.bench.poll("inbox")["inbox"]["new"] == 1
