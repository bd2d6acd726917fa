"""How large an explorer's page is, and how soon it is there.

    python -m benchmarks.explorer results/explorer.html
"""
import argparse
import statistics
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.browser import program

LINKS = {"objects": "", "confidence": "#tab=confidence", "leaderboard": "#tab=leaderboard", "cover": "#tab=cover"}
WINDOWS = dict(desktop=(1366, 768), phone=(390, 844))
TIMES = 3
DRAWN = "document.body.dataset.state === 'drawn'"


def seconds(browser, address: str, width: int, height: int) -> tuple[float, float]:
    """Until the page is drawn, in a new window: by the clock, and of its processor."""
    context = browser.new_context(viewport=dict(width=width, height=height))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    begin = time.perf_counter()
    page.goto(address)
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(5)
    spent = time.perf_counter() - begin
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return spent, metrics["ProcessTime"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("page", type=Path)
    page = parser.parse_args().page.resolve()
    print(f"{page.stat().st_size / 1e6:.1f} MB; seconds until it is drawn, median of {TIMES} (largest)\n"
          f"{'':21}     by the clock      of a processor")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        for window, size in WINDOWS.items():
            for tab, link in LINKS.items():
                spent = [seconds(browser, page.as_uri() + link, *size) for _ in range(TIMES)]
                cells = (f"{statistics.median(one):9.2f} ({max(one):5.2f})" for one in zip(*spent))
                print(f"{window:8} {tab:12}", *cells)
        browser.close()


if __name__ == "__main__":
    main()
