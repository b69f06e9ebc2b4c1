"""An experiment in the browser: from an idea to a decision."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from .conftest import PHONE, SHIFTS, Api, Visit

UNITS = 800


def tell(api: Api, experiment: dict[str, Any]) -> None:
    """A run in which half of those who saw the new one did it, and a tenth of the others."""
    old, new = (variant["key"] for variant in experiment["variants"])
    metric = experiment["metrics"][0]["name"]
    exposures, outcomes = [], []
    for n in range(UNITS):
        variant = new if n % 2 else old
        done = n % 4 == 1 if variant == new else n % 20 == 0
        head = {"experiment_id": experiment["id"], "unit_id": f"visitor-{n}"}
        exposures.append({**head, "variant": variant})
        outcomes.append({**head, "metric": metric, "value": float(done)})
    for start in range(0, UNITS, 400):
        part = slice(start, start + 400)
        told = api.ask("POST", "/v1/experiments/exposures", {"exposures": exposures[part]})
        assert told["recorded"] == 400
        api.ask("POST", "/v1/experiments/outcomes", {"outcomes": outcomes[part]})


def _draft(page: Page) -> None:
    """Fills the form, with the number that the calculator tells."""
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_text("Please fill this in.")).to_be_visible()
    page.get_by_label("Name").first.fill("Free delivery")
    page.get_by_label("Divided by").select_option("visitor")
    page.get_by_label("What it is called").fill("Signed up")
    page.get_by_label("Change worth seeing").fill("100")
    plan = page.get_by_role("button", name="Plan for")
    expect(plan).to_have_text(re.compile(r"^Plan for \d{3}$"))
    plan.click()
    expect(page.get_by_label("Planned number")).to_have_value(re.compile(r"^\d{3}$"))


def test_an_experiment_from_idea_to_decision(visit: Visit, api: Api) -> None:
    page = visit.open("/experiments/new/")
    _draft(page)
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/experiment/?id=*")
    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")
    expect(main.get_by_text("This is a draft")).to_be_visible()

    def take(what: str) -> None:
        main.get_by_role("button", name=what, exact=True).click()
        dialog.get_by_role("button", name=what, exact=True).click()
        expect(dialog).to_be_hidden()

    take("Start")
    expect(main.get_by_text("Nobody took part yet")).to_be_visible()
    made = api.get("/v1/experiments", status="running")["items"][0]
    assert made["metrics"][0]["name"] == "signed-up"
    tell(api, made)
    # Live: the page reads the results again by itself.
    expect(main.get_by_text("It is better: ship it")).to_be_visible(timeout=60_000)
    results = main.get_by_role("table").locator("tbody tr")
    expect(results.last).to_contain_text("Clear")
    page.get_by_text("As a belief", exact=True).first.click()
    expect(page).to_have_url(re.compile("read=bayesian"))
    expect(results.last).to_contain_text("100% better")
    take("Ship a variant")
    expect(main.get_by_text("Everybody sees “New”.")).to_be_visible()
    assert api.get(f"/v1/experiments/{made['id']}")["shipped_variant"] == "new"
    page.set_viewport_size(PHONE)
    page.add_init_script(SHIFTS)
    page.reload()
    expect(main.get_by_text("It is better: ship it")).to_be_visible()
    expect(main.get_by_role("heading", name="The plan")).to_be_visible()
    assert page.evaluate("window.shift") <= 0.05
    page.goto(f"{visit.server.url}/experiments/")
    page.get_by_label("Status", exact=True).select_option("shipped")
    expect(page).to_have_url(re.compile(r"\?status=shipped$"))
    expect(page.get_by_role("table").locator("tbody tr")).to_contain_text("Free delivery")
    assert not visit.complaints


def test_a_plan_that_the_api_refuses_is_mended_where_it_is_wrong(visit: Visit) -> None:
    page = visit.open("/experiments/new/")
    page.get_by_label("Name").first.fill("Odd")
    page.get_by_label("Take part (%)").fill("200")
    page.get_by_label("How it is read").select_option("fixed")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_text("Something above is not right yet.")).to_be_visible()
    expect(page.get_by_label("Take part (%)")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Take part (%)").fill("100")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_label("Planned number")).to_have_attribute("aria-invalid", "true")


def test_for_whom_it_worked_is_told_once_asked(visit: Visit, api: Api) -> None:
    plan = {
        "id": "whom",
        "key": "whom",
        "name": "Free gift",
        "variants": [{"key": "old", "weight": 5_000}, {"key": "new", "weight": 5_000}],
        "metrics": [{"name": "conversion"}],
    }
    api.ask("POST", "/v1/experiments", plan)
    api.ask("POST", "/v1/experiments/whom/start", {})
    shown = [
        {"experiment_id": "whom", "unit_id": f"somebody-{n}", "variant": ("old", "new")[n % 2]}
        for n in range(500)
    ]
    api.ask("POST", "/v1/experiments/exposures", {"exposures": shown})
    page = visit.open("/experiment/?id=whom")
    look = page.get_by_role("button", name="Look", exact=True)
    for _ in range(20):  # the facts follow the report
        look.click()
        expect(look).not_to_have_attribute("aria-busy", "true")
        if page.get_by_text("treat all alike").count():
            break
        page.wait_for_timeout(500)
    fifths = page.get_by_role("region", name="Fifths of the customers").locator("tbody tr")
    expect(fifths).to_have_count(5)
    expect(fifths.first).to_contain_text("Fifth 1 of 5")
    assert not visit.complaints
