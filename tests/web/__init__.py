"""Tests of the pages and the API; a package, so that `benchmarks/web.py` is another thing."""
