"""The tables, written as SQLModel classes and used as the plain tables named here; no row leaves the store."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from cgtwatch.store.columns import METADATA
from cgtwatch.store.tables import deliveries, documents, events, feedback, readers, sources, translations, users, working


def _table(row: type[SQLModel]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


SOURCE = _table(sources.SourceRow)
STATE = _table(sources.SourceStateRow)
FETCH = _table(sources.FetchRow)
HELD = _table(sources.HeldPageRow)
PUSH = _table(sources.PushRow)
ITEM = _table(documents.ItemRow)
REVISION = _table(documents.RevisionRow)
CLASSIFICATION = _table(documents.ClassificationRow)
ITEM_TAG = _table(documents.ItemTagRow)
EVENT = _table(events.EventRow)
EVENT_ENTRY = _table(events.EventEntryRow)
EVENT_TAG = _table(events.EventTagRow)
LINK = _table(events.LinkRow)
MARK = _table(feedback.MarkRow)
ANNOUNCEMENT = _table(events.AnnouncementRow)
SUBSCRIPTION = _table(readers.SubscriptionRow)
DIGEST = _table(readers.DigestRow)
EDITION = _table(readers.EditionRow)
SELECTION = _table(readers.SelectionRow)
CHOICE = _table(readers.ChoiceRow)
SHARED_BODY = _table(deliveries.SharedBodyRow)
DELIVERY = _table(deliveries.DeliveryRow)
ATTEMPT = _table(deliveries.AttemptRow)
ALARM = _table(deliveries.AlarmRow)
TRANSLATION = _table(translations.TranslationRow)
BOUNCE = _table(deliveries.BounceRow)
USER = _table(users.UserRow)
TOKEN = _table(users.TokenRow)
HOST = _table(working.HostRow)
BODY = _table(working.BodyRow)
