"""The browser that opens the explorer's page."""
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Where the first of BROWSERS that is installed lies; None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)
