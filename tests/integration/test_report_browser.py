"""The report in a real browser, opened as a file: a person finds scores, plots and answers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from .clone import DATAFILES, PLOTS, SYSTEMS

pytestmark = [pytest.mark.browser, pytest.mark.workflow]

PATIENCE_S = 30
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--window-size=1400,900"),
)


class Reader:
    """A person before the report."""

    def __init__(self, driver: webdriver.Chrome):
        self.driver = driver

    def wait(self, condition):
        """The condition's first truthy value."""
        return WebDriverWait(self.driver, PATIENCE_S).until(condition)

    def click(self, find: Callable[[], WebElement]) -> None:
        """Click what `find` finds as soon as nothing that moves lies over it."""

        def clicked(_: webdriver.Chrome) -> bool:
            with suppress(StaleElementReferenceException, ElementClickInterceptedException):
                find().click()
                return True
            return False

        self.wait(clicked)

    def click_on(self, xpath: str) -> None:
        """Click the first element at a path, once there is one."""
        self.click(lambda: self.wait(lambda d: d.find_elements(By.XPATH, xpath))[0])

    def follow(self, name: str) -> None:
        """Click the menu entry `name`."""
        self.click_on(f"//li/a[normalize-space()='{name}']")

    def choose(self, name: str) -> None:
        """Choose one of two kinds of result."""
        self.click_on(f"//label[normalize-space()='{name}']")

    def explain(self, *labels: str) -> None:
        """Click the (i) of a result."""
        self.click(lambda: self.buttons(*labels)[1])

    def buttons(self, *labels: str) -> list[WebElement]:
        """What stands beside the result with these labels: the eye and the (i)."""
        cells = "".join(f"[td[normalize-space()='{label}']]" for label in labels)
        return self.wait(lambda d: d.find_elements(By.XPATH, f"//tbody/tr{cells}//a"))

    def show(self, *labels: str) -> None:
        """Click the eye of a result until it is shown: a click on a menu still moving is lost."""
        shown = "iframe, div.p-3 > img"

        def clicked(driver: webdriver.Chrome) -> bool:
            if driver.find_elements(By.CSS_SELECTOR, shown):
                return True
            with suppress(StaleElementReferenceException, ElementClickInterceptedException):
                self.buttons(*labels)[0].click()
            return False

        self.wait(clicked)

    def page(self) -> list[list[str]]:
        """The rows of the table that is shown in place, its header first."""
        self.driver.switch_to.frame(self.wait(lambda d: d.find_element(By.TAG_NAME, "iframe")))
        self.wait(lambda d: d.find_elements(By.CSS_SELECTOR, "tbody tr"))
        rows = self.driver.execute_script(
            "return [...document.querySelectorAll('tr')].map("
            "row => [...row.children].filter(c => c.checkVisibility()).map(c => c.innerText))"
        )
        self.driver.switch_to.default_content()
        return rows

    def text(self) -> str:
        """All text on the screen."""
        return self.driver.find_element(By.TAG_NAME, "body").text


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser with a fresh profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    running = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    yield running
    running.quit()


@pytest.fixture
def reader(driver: webdriver.Chrome, example: Path) -> Reader:
    """The report, newly opened."""
    driver.get((example / "results/report.html").as_uri())
    reader = Reader(driver)
    reader.wait(lambda d: d.find_elements(By.TAG_NAME, "h1"))
    return reader


def test_the_front_page_says_what_it_is_and_where_to_go(reader):
    text = reader.text()

    assert "Which system answers best from these documents?" in text
    assert "Here it follows the rules 2025." in text
    places = [text.index(f"\n{name}: ") for name in ("Scores", "Plots", "Questions")]
    assert places == sorted(places)


def test_nothing_is_loaded_from_elsewhere_and_nothing_fails(reader):
    loaded = reader.driver.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )

    assert [name for name in loaded if name.startswith(("http:", "https:"))] == []
    assert [e for e in reader.driver.get_log("browser") if e["level"] == "SEVERE"] == []


def test_a_link_of_the_front_page_opens_its_category(reader):
    reader.click_on("//a[contains(@class, 'reference')][.='Scores']")

    reader.choose("leaderboard")
    assert len(reader.buttons("train_QA")) == 2


@pytest.mark.parametrize("datafile", DATAFILES)
def test_the_leaderboard_shows_every_system_with_its_interval(reader, datafile):
    reader.follow("Scores")
    reader.choose("leaderboard")
    reader.show(datafile)

    header, *rows = reader.page()
    assert {row[1].splitlines()[0] for row in rows} == SYSTEMS
    assert all(" to " in row[header.index("Overall")] for row in rows)
    reader.explain(datafile)
    reader.wait(lambda _: f"Systems on {datafile} by overall score" in reader.text())


def test_the_matrix_shows_every_question_with_every_answer(reader):
    reader.follow("Questions")
    reader.show("test_QA", "matrix of answers")

    header, *rows = reader.page()
    assert header[:3] == ["Id", "Question", "Gold"]
    assert set(header[3:]) == SYSTEMS
    assert len(rows) == 40
    reader.explain("test_QA", "matrix of answers")
    reader.wait(lambda _: "Every question of test_QA" in reader.text())


def test_what_was_lost_is_offered_for_download(reader):
    reader.follow("Questions")
    download = reader.buttons("train_QA", "points lost (CSV)")[0]
    assert download.get_attribute("download") == "errors.csv"


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_is_drawn_and_captioned(reader, plot):
    reader.follow("Plots")
    reader.show("train_QA", plot)

    image = reader.wait(lambda d: d.find_element(By.CSS_SELECTOR, "div.p-3 > img"))
    reader.wait(lambda _: image.get_property("naturalWidth") > 300)
    reader.explain("train_QA", plot)
    reader.wait(lambda _: "DESCRIPTION" in reader.text())
    caption = reader.driver.find_element(By.CSS_SELECTOR, "li.prose").text
    assert "train_QA" in caption
    assert caption.count(".") >= 1


def test_the_rule_graph_shows_the_steps(reader):
    reader.follow("Workflow")

    canvas = reader.wait(lambda d: d.find_element(By.CSS_SELECTOR, "#rulegraph canvas"))
    assert canvas.size["height"] > 300
    inked = reader.driver.execute_script(
        "const all = arguments[0].getContext('2d').getImageData(0, 0, 100, 300).data;"
        "return all.filter((value, i) => i % 4 == 3 && value > 0).length",
        canvas,
    )
    assert inked > 100
    steps = reader.driver.execute_script("return rulegraph_spec.data[0].values.map(n => n.rule)")
    assert {"fetch", "parse", "index", "retrieve", "answer", "score_ensemble", "plot"} <= {*steps}
