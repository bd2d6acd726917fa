"""The picture of docs/explorer.md: a view of a chair, pinned on two networks' maps of it.

    python report.py explorer
    python -m docs.explorer

opens results/explorer.html in Chromium (playwright, of requirements-dev.txt) and writes docs/explorer.png.
"""
import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.browser import program

WINDOW = dict(width=1366, height=768)
LINK = "tab=confidence&object=chair/4&networks=ResNet50,EfficientNetLite0&at=138,20&pin=1&theme=light"
DRAWN = "document.body.dataset.state === 'drawn'"
MOMENT = 300  # ms: what fades in is there then


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, default=Path("results/explorer.html"), metavar="FILE")
    parser.add_argument("--link", default=LINK, help="what is shown: the end of an address, without its #")
    args = parser.parse_args()
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        page = browser.new_page(viewport=WINDOW)
        page.goto(f"{args.page.resolve().as_uri()}#{args.link}")
        while not page.evaluate(DRAWN):
            page.wait_for_timeout(MOMENT)
        page.wait_for_timeout(MOMENT)
        page.screenshot(path=Path(__file__).with_name("explorer.png"))
        browser.close()


if __name__ == "__main__":
    main()
