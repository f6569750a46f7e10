"""A receiver that stays away for longer than the schedule lasts."""

from datetime import timedelta
from pathlib import Path

import pytest
from desk import desk
from place import Site, free_port
from receivers import receiving


@pytest.mark.fault("W9")
@pytest.mark.promise("P3")
def test_a_receiver_away_for_eighty_hours_is_given_up_told_of_elsewhere_and_served_on_request(tmp_path: Path, site: Site) -> None:
    web = free_port()
    with receiving() as receivers, desk(tmp_path, site, operator=f"{receivers.url}/operator") as at:
        at.subscribe(hook=f"http://127.0.0.1:{web}/hook", up=f"{receivers.url}/up")
        at.publish()
        began = at.now
        at.live_on(80 * 1.2)  # each wait may be a fifth longer
        (given_up,) = at.ledger("hook")
        assert (given_up.state, given_up.attempts) == ("dead", 10)
        assert at.now - began > timedelta(hours=60)
        assert ("opened", "delivery:hook") in at.told()
        assert any("hook" in post.body.decode() for post in receivers.at("/operator")), "by another way"
        with receiving(web) as back:
            at.bench.ask("deliveries.redeliver", key=given_up.key)
            at.live_on(1)
            (post,) = back.at("/hook")
        assert post.id == given_up.key
        assert [one.state for one in at.ledger("hook")] == ["sent"]
        assert at.told()[-1] == ("closed", "delivery:hook")
        assert len(receivers.at("/up")) == 1, "the others were served long ago"
