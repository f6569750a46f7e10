"""feedparser over every address of a file, one after the other: the yardstick of first polls."""

import io
import json
import sys
from pathlib import Path

import feedparser
import requests

session = requests.Session()
for address in json.loads(Path(sys.argv[1]).read_text()):
    feedparser.parse(io.BytesIO(session.get(address, timeout=30).content))
