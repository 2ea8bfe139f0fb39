"""Take the pictures of the kept recordings: their pages in a browser, and one on a terminal.

``python docs/pictures.py`` writes them into ``docs/pictures``. It needs Chromium with its driver,
selenium and Pillow. Run it after ``python docs/record.py recording workers stops``.
"""

import base64
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text
from selenium import webdriver

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_ext"))

from runs import kept_recording  # noqa: E402

from gilext.core.layout import lines  # noqa: E402
from gilext.render import files  # noqa: E402
from gilext.render.terminal import STYLES  # noqa: E402

PICTURES = DOCS / "pictures"
PAGES = (
    ("page-light", "recording", "light", 1280, 780),
    ("page-dark", "recording", "dark", 1280, 780),
    ("page-phone", "recording", "light", 400, 820),
    ("processes-light", "workers", "light", 1280, 980),
    ("processes-dark", "workers", "dark", 1280, 980),
    ("stops-light", "stops", "light", 1280, 780),
    ("stops-dark", "stops", "dark", 1280, 780),
)
TERMINALS = (80, 120)
FONT_FROM_ELSEWHERE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def open_browser(profile):
    """Return a browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={profile}")
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def take(browser, page, scheme, width, height):
    """Return a picture of a page."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get(page.as_uri())
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
    data = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def draw_terminal(recording, width):
    """Return the text of a recording as a terminal of so many columns shows it, as SVG."""
    console = Console(record=True, width=width, file=io.StringIO(), highlight=False)
    for line in lines(recording.report(), width):
        console.print(Text(line.text, STYLES[line.style]), soft_wrap=True)
    drawn = console.export_svg(title=f"{width} columns", unique_id=f"terminal-{width}")
    return FONT_FROM_ELSEWHERE.sub("", drawn)


def main():
    """Take all of them."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        browser = open_browser(f"{folder}/profile")
        for name, recorded, *how in PAGES:
            page = Path(folder) / "recording.html"
            files.save(kept_recording(recorded), page)
            take(browser, page, *how).save(PICTURES / f"{name}.png", optimize=True)
        browser.quit()
    for width in TERMINALS:
        drawn = draw_terminal(kept_recording(), width)
        (PICTURES / f"terminal-{width}.svg").write_text(drawn, encoding="utf-8")
    for picture in sorted(PICTURES.iterdir()):
        print(f"{picture}: {picture.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
