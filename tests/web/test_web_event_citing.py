"""How an event is cited."""

from datetime import date

import pytest

from web.watched import Watched


@pytest.mark.parametrize(
    ("lang", "cited"),
    [
        (
            "en",
            "FDA Center for Biologics Evaluation and Research. Draft guideline on CAR-T cell therapy opened for consultation. ",
        ),
        ("zh", "美国FDA生物制品评价与研究中心. Draft guideline on CAR-T cell therapy opened for consultation[EB/OL]. "),
    ],
)
def test_an_analyst_takes_a_citation_from_an_events_page(news: Watched, lang: str, cited: str) -> None:
    page = news.get(f"/events/{news.event('Draft guideline')}?lang={lang}")
    [line] = [one for one in page.splitlines() if 'class="cite"' in one]
    read = date(2026, 3, 2).isoformat() if lang == "zh" else "2 Mar 2026"
    assert cited in line
    assert read in line
    assert f"{news.site.url}/draft" in line
