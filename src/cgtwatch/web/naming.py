"""What pages call things: authorities, topics and sources by their names, and foreign titles as machines have put them."""

from cgtwatch.app import App
from cgtwatch.compose.context import DigestContext
from cgtwatch.compose.words import Words


def context_of(app: App, said: Words) -> DigestContext:
    """The names that cards, chips and tables mention."""
    names = {source.id: source.name for source in app.sources}
    return DigestContext(app.issuer_names(), names, topic_names=app.topic_names(), translated=app.translated(said.language))
