"""The page of ``fill --format html`` in a browser: boxes, keys, the export, and what ``apply`` makes of it."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import EXAMPLE, Run, git
from test_report_html import HOSTILE, page
from texscholar.cli.main import main
from texscholar.cli.patches import open_patch
from texscholar.suggest import Decision, read_decisions

pytestmark = pytest.mark.browser

PATIENCE = 90  # seconds


def chromium() -> str:
    """Chromium; where there is none the test is skipped, but not in CI, which installs it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and "CI" not in os.environ:
        pytest.skip("needs chromium")
    assert found, "CI has no chromium"
    return found


class Browser:
    """A headless Chromium, told what to do over a pipe: https://chromedevtools.github.io/devtools-protocol/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        command = (
            f'exec "$0" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run '
            f'--remote-debugging-pipe --user-data-dir="$1" about:blank 3<&{theirs_in} 4>&{theirs_out}'
        )
        self.process = subprocess.Popen(
            ["bash", "-c", command, chromium(), str(folder / "profile")],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.count, self.waiting = 0, b""
        self.session = ""
        self.said: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder / "downloads"))

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command, and what it answers."""
        self.count += 1
        message: dict[str, Any] = {"id": self.count, "method": method, "params": parameters}
        if self.session and not method.startswith("Browser."):
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.waiting:
            assert time.monotonic() < end, "the browser does not answer"
            if select.select([self.back], [], [], 1)[0]:
                self.waiting += os.read(self.back, 1 << 20)
        data, _, self.waiting = self.waiting.partition(b"\0")
        answer: dict[str, Any] = json.loads(data)
        if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
            self.said.append(json.dumps(answer["params"]))
        return answer

    def show(self, file: Path) -> None:
        """Open a page and wait until it stands."""
        self.ask("Page.navigate", url=file.as_uri())
        end = time.monotonic() + PATIENCE
        while self.value("document.readyState + ' ' + location.href") != f"complete {file.as_uri()}":
            assert time.monotonic() < end
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """What a script makes of the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """A click of the mouse in the middle of an element."""
        where = self.value(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();"
            f"return [r.x + r.width / 2, r.y + r.height / 2]; }})(document.querySelector({json.dumps(selector)}))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)

    def press(self, key: str) -> None:
        """A key of the keyboard."""
        codes = {"Tab": 9, " ": 32}
        extra = {"text": key} if len(key) == 1 else {}
        code = codes.get(key, ord(key[0].upper()))
        for kind in ("keyDown", "keyUp"):
            more = extra if kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    def picture(self, name: str, width: int, scheme: str, height: int = 1400) -> bytes:
        """The page as it looks, kept where TEXSCHOLAR_PICTURES says."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        data = base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])
        if kept := os.environ.get("TEXSCHOLAR_PICTURES"):
            (Path(kept) / f"{name}.png").write_bytes(data)
        return data

    def download(self) -> Path:
        """The one file that was saved."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [file for file in (self.folder / "downloads").glob("*.json") if file.stat().st_size]
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError("nothing was saved")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self.to)
        os.close(self.back)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser with a profile and downloads of its own."""
    opened = Browser(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the example paper."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    options = ("--model-variant", "none", "--format", "html", "--output", str(file))
    assert main(["fill", str(EXAMPLE / "main.tex"), *options]) == 0
    return file


def counted(browser: Browser) -> str:
    text: str = browser.value("document.getElementById('counter').textContent")
    return text


def test_boxes_export_apply(browser: Browser, texscholar: Run, example: Path, tmp_path: Path) -> None:
    """One box rejected, the others accepted: apply writes from the export what the accepted parts of the patch make."""
    top = example.parent.parent
    shown = tmp_path / "page.html"
    for form, file in (("html", shown), ("diff", tmp_path / "p.patch")):
        texscholar("fill", example, "--model-variant", "none", "--format", form, "--output", file, cwd=top)
    opened = open_patch((tmp_path / "p.patch").read_bytes(), "p.patch", top)
    parts = opened.cut.parts
    browser.show(shown)
    assert browser.value("[...document.querySelectorAll('article')].map(e => e.dataset.part)") == [p.id for p in parts]
    assert (counted(browser), browser.value("document.getElementById('export').disabled")) == (
        f"0 accepted, 0 rejected, {len(parts)} open",
        True,
    )
    browser.click(f"[data-part='{parts[1].id}'] input[value=reject]")
    assert counted(browser) == f"0 accepted, 1 rejected, {len(parts) - 1} open"
    browser.click("#accept-open")
    assert counted(browser) == f"{len(parts) - 1} accepted, 1 rejected, 0 open"
    browser.click("#export")
    saved = browser.download()
    assert saved.name == "decisions.json"
    decisions = {part.id: Decision(accepted=part != parts[1]) for part in parts}
    assert read_decisions(saved.read_bytes(), "d").parts == decisions
    assert browser.said == []
    expected = {change.path: change.new_bytes for change in opened.changes(decisions)}
    result = texscholar("apply", "--decisions", saved, cwd=top)
    assert result.code == 0
    assert {path: (top / path).read_bytes() for path in expected} == expected
    assert sorted(git(top, "diff", "--name-only").stdout.decode().split()) == sorted(expected)
    assert parts[1].text.strip() not in (top / parts[1].path).read_text()


def test_keys(browser: Browser, written: Path) -> None:
    """With the keyboard alone: Tab reaches a box, y and n decide and go on, o takes it back, j and k move."""
    browser.show(written)
    browser.press("j")
    for key in "ynyko":
        browser.press(key)
    states = browser.value("[...document.querySelectorAll('article')].slice(0, 4).map(e => e.dataset.decision)")
    assert states == ["accept", "reject", "open", "open"]
    assert (
        browser.value("document.activeElement.closest('article') === document.querySelectorAll('article')[3]") is True
    )
    browser.press("Tab")
    assert browser.value("document.activeElement.tagName") != "BODY"
    assert browser.said == []


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (380, "light"), (380, "dark")])
def test_it_fits(browser: Browser, written: Path, width: int, scheme: str) -> None:
    """Nothing is wider than the window, in colours of day and night, and everything can be read against its ground."""
    browser.show(written)
    picture = browser.picture(f"{scheme}-{width}", width, scheme)
    assert picture.startswith(b"\x89PNG")
    assert browser.value("document.documentElement.scrollWidth <= innerWidth") is True
    light = "(c => c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0))"
    ground = browser.value(f"{light}(getComputedStyle(document.body).backgroundColor)")
    ink = browser.value(f"{light}(getComputedStyle(document.body).color)")
    assert (ground > ink + 300) if scheme == "light" else (ink > ground + 300)
    browser.click("article input[value=accept]")
    browser.value("document.querySelectorAll('article')[3].scrollIntoView()")
    browser.picture(f"{scheme}-{width}-below", width, scheme)
    assert browser.said == []


def test_it_prints(browser: Browser, written: Path) -> None:
    """On paper there are no buttons, and every suggestion stands there with its decision."""
    browser.show(written)
    browser.ask("Emulation.setEmulatedMedia", media="print")
    assert browser.value("getComputedStyle(document.querySelector('.bar')).display") == "none"
    assert browser.value("[...document.querySelectorAll('article')].every(e => e.offsetHeight > 0)") is True
    data = base64.b64decode(browser.ask("Page.printToPDF")["data"])
    assert data.startswith(b"%PDF")
    if kept := os.environ.get("TEXSCHOLAR_PICTURES"):
        (Path(kept) / "print.pdf").write_bytes(data)


def test_nothing_of_a_paper_runs(browser: Browser, tmp_path: Path) -> None:
    """Hostile words of papers and records are shown; our script still works beside them."""
    file = tmp_path / "page.html"
    file.write_text(page(HOSTILE), "utf-8")
    browser.show(file)
    assert browser.value("document.title").startswith("texscholar: suggestions for </title>")
    assert browser.value("document.scripts.length + ' ' + document.images.length") == "1 0"
    assert counted(browser) == "0 accepted, 0 rejected, 2 open"
    assert browser.said == []


def test_the_policy_stops_what_gets_in(browser: Browser, tmp_path: Path) -> None:
    """Were a script to stand in the page after all, it would not run."""
    file = tmp_path / "page.html"
    file.write_text(page().replace("</main>", "<script>document.title = 'run'</script></main>"), "utf-8")
    browser.show(file)
    assert browser.value("document.title") == "texscholar: suggestions for Rain"
    assert any("Content Security Policy" in line for line in browser.said)
