"""A coach in the browser: one page, served on this computer."""

from imucount.web.server import Page

__all__ = ["Page"]
