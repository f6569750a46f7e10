"""Stored digests behind their links."""

import json

from web.watched import Watched, tell

THERAPIES = ("CAR-T cell therapy", "gene therapy", "stem cell therapy")
SUBJECTS = [
    f"the first {therapy} for {disease}"
    for therapy in THERAPIES
    for disease in ("haemophilia B", "sickle cell disease", "follicular lymphoma", "osteoarthritis", "retinal dystrophy")
]


def deliveries(watch: Watched, name: str):
    return [one for one in watch.bench.app.store.deliveries() if one.subscription == name]


def test_a_digest_has_a_page_with_the_letter_in_a_frame(news: Watched) -> None:
    key = deliveries(news, "mei")[0].key
    page = news.get(f"/digests/{key}?lang=en")
    assert f'src="/digests/{key}/html"' in page
    assert "for mei" in page
    assert 'sandbox="allow-popups' in page


def test_the_frame_of_a_digest_runs_nothing_and_opens_links_beside_it(news: Watched) -> None:
    answer = news.page.get(f"/digests/{deliveries(news, 'mei')[0].key}/html")
    rule = answer.headers["content-security-policy"]
    assert "sandbox" in rule
    assert "allow-scripts" not in rule
    assert "default-src 'none'" in rule
    assert '<base target="_blank">' in answer.text
    assert "<script" not in answer.text


def test_a_digest_is_readable_as_data_for_every_channel(news: Watched) -> None:
    whole = news.page.get(f"/api/digests/{deliveries(news, 'mei')[-1].key}").json()
    assert whole["type"] == "event.alert"
    assert whole["data"]["subscription"] == "mei"
    assert whole["data"]["count"] == 2
    assert {"id", "title", "evidence", "why"} <= set(whole["data"]["events"][0])


def test_a_hook_that_was_told_in_short_finds_the_rest_at_next(watch: Watched) -> None:
    watch.site.page("/hook", "", status=204)
    watch.ask("subscriptions.add", name="hook", to=f"{watch.site.url}/hook", cadence="daily@08:00", lang="en")
    for number, subject in enumerate(SUBJECTS):
        words = f"The agency has granted marketing authorisation to {subject}. " + f"Chapter {number} explains. " * 40
        watch.publish(f"many-{number}", f"Agency approves {subject}", words)
        if number % 5 == 4:  # more at once would be doubted
            watch.bench.pass_time(hours=7)
            watch.bench.poll()
    watch.bench.pass_time(days=1)
    tell(watch)
    body = json.loads(watch.site.posts[-1][1])
    assert body["data"]["truncated"] is True
    where = body["data"]["next"].removeprefix("https://watch.example.org")
    whole = watch.page.get(where).json()
    assert {key: whole[key] for key in ("type", "timestamp")} == {key: body[key] for key in ("type", "timestamp")}
    assert "truncated" not in whole["data"]
    assert whole["data"]["count"] == body["data"]["count"] == len(whole["data"]["events"])
    assert {one["id"] for one in body["data"]["events"]} <= {one["id"] for one in whole["data"]["events"]}
    watch.ask("subscriptions.remove", name="hook")
    assert watch.page.get(where).json()["data"]["count"] == body["data"]["count"]


def test_a_hook_that_was_told_all_finds_the_very_same_body(watch: Watched) -> None:
    watch.site.page("/hook", "", status=204)
    watch.ask("subscriptions.add", name="hook", to=f"{watch.site.url}/hook", cadence="now", lang="en")
    watch.publish(
        "third", "Agency issues final guideline on stem cell therapy", "The agency has issued a guideline on stem cells."
    )
    watch.bench.pass_time(hours=7)
    tell(watch)
    headers, body = watch.site.posts[-1]
    key = {name.lower(): value for name, value in headers.items()}["webhook-id"]
    assert watch.page.get(f"/api/digests/{key}").json() == json.loads(body)


def test_a_key_that_was_never_given_is_not_found(news: Watched) -> None:
    key = "msg_" + "0" * 32
    assert news.page.get(f"/digests/{key}").status_code == 404
    answer = news.page.get(f"/api/digests/{key}")
    assert answer.status_code == 404
    assert key in answer.json()["error"]


def test_a_letter_of_the_mailbox_is_shown_with_its_text(news: Watched) -> None:
    folder = news.bench.app.settings.data_dir / "mailbox" / "new"
    key = next(folder.iterdir()).name
    page = news.get(f"/mail/{key}?lang=en")
    assert "as plain text" in page
    assert news.page.get(f"/mail/{key}/html").status_code == 200
    assert news.page.get("/mail/..%2F..%2Fsecret.key").status_code == 404
    assert news.page.get("/mail/nothing").status_code == 404
