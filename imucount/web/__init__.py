"""A coach in the browser: one page, served on this computer."""

from imucount.web.server import CoachPage

__all__ = ["CoachPage"]
