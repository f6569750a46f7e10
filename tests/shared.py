"""Where the recorded material stands; tests that need it say so aloud when it is missing."""

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("CGTWATCH_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
SHARED: Path | None = _ROOT.resolve() if (_ROOT / "labels").is_dir() else None

needs_shared = pytest.mark.skipif(SHARED is None, reason="CGTWATCH_SHARED: the folder with recordings and labels is missing")
