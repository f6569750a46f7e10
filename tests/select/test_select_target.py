"""Where `--to` leads."""

import pytest

from cgtwatch.select import parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("mailto:li.wei+cgt@example.org", ("email", "li.wei+cgt@example.org")),
        ("mailto:reader@Bücher.example", ("email", "reader@xn--bcher-kva.example")),
        ("mailto:reader@localhost", ("email", "reader@localhost")),
        ("https://hooks.example/a?b=c", ("webhook", "https://hooks.example/a?b=c")),
        ("http://127.0.0.1:8080/hook", ("webhook", "http://127.0.0.1:8080/hook")),
        ("slack:https://hooks.slack.example/services/T/B/x", ("slack", "https://hooks.slack.example/services/T/B/x")),
        ("local:", ("maildir", "local:")),
    ],
)
def test_a_target_is_read(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reader@example.org",
        "mailto:",
        "mailto:a@b@c.example",
        "mailto:a@b,c@d.example",
        "mailto:a%0d%0abcc:x@y.example",
        "mailto:Li <a@b.example>",
        "ftp://x.example/",
        "https://",
        "https://u:p@x.example/",
        "https://x.example\\@y.example/",
        "https://x.example/\n",
        "https://x.example:port/",
        "slack:hooks",
        "slack:javascript:alert(1)",
        "local:/tmp",
        "javascript:alert(1)",
        "mailto:李@example.org",
        "mailto:a@[::1",
    ],
)
def test_what_is_no_target_is_refused_with_the_mend(text):
    if text.endswith("\n"):
        text = text[:-1] + "a\nb"
    with pytest.raises(ValueError, match=r"write|leave"):
        parse_target(text)


def test_a_refusal_does_not_repeat_the_secret_part_of_a_hook():
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is what is looked at
        parse_target("slak:https://hooks.slack.example/services/T0/B0/sEcReT")
    assert "sEcReT" not in str(refused.value)
