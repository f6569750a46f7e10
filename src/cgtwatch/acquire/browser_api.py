"""Playwright, where it is installed: the extra `browser` is optional."""

from typing import Any

async_playwright: Any = None
Error: type[Exception]

try:
    from playwright.async_api import Error, async_playwright
except ImportError:

    class Missing(Exception):
        """Stands where Playwright's error would; never raised."""

    Error = Missing


def installed() -> bool:
    """Whether a browser can be driven at all."""
    return async_playwright is not None
