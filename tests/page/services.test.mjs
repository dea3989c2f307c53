// @ts-check
// The list of services: search, order and filter in the address, and its states: loading, empty, failing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";
import { views, visit } from "./views.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
before(async () => {
  site = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** @param {(page: Page) => Promise<void>} run */
const inList = (run) =>
  inPage(browser, site.address, async (page) => {
    await visit(page, site.address, /** @type {any} */ (views.services));
    await run(page);
  });
const names = (/** @type {Page} */ page) => page.locator(".row-name").allTextContents();
const dock = (/** @type {Page} */ page) => page.getByRole("complementary", { name: "Workbench" });

test("search, filter and order are in the address, and a link shows the same list", async () => {
  await inList(async (page) => {
    await expect.poll(() => names(page)).toEqual(["archive-2025", "billing", "events", "experiment", "staging"]);
    const entries = await page.evaluate(() => history.length);
    await page.getByRole("combobox", { name: /^Order/ }).selectOption("Newest");
    await expect(page.locator(".row-name").first()).toHaveText("experiment");
    await page.getByLabel("Search services").fill("env:production");
    await page.getByText("2 of 5 services").waitFor();
    await expect.poll(() => names(page)).toEqual(["billing", "events"]);
    await page.getByRole("combobox", { name: /^State/ }).selectOption("running");
    const address = page.url();
    const other = await page.context().newPage();
    await other.goto(address);
    await other.getByText("2 of 5 services").waitFor();
    await expect.poll(() => names(other)).toEqual(["billing", "events"]);
    await other.close();
    await page.getByLabel("Search services").fill("nothing like that");
    await page.getByText("No service is like that.").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("5 services", { exact: true }).waitFor();
    // Nothing of it stays in the address, nor in the history.
    await expect(page).toHaveURL(`${site.address}#/services`);
    assert.equal(await page.evaluate(() => history.length), entries);
    await expect(page).toHaveTitle("Services · clickhouse-cloud");
  });
});

test("an organization without services says so, once it was asked", async () => {
  await inList(async (page) => {
    await dock(page).getByRole("button", { name: "Clock", exact: true }).click();
    await dock(page).getByLabel("Scenario").selectOption("nothing");
    await dock(page).getByRole("button", { name: "Start over" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start over" }).click();
    await page.getByText("No services yet.").waitFor();
  });
});

test("when reads fail the list stays, with one steady notice, which goes once they succeed", async () => {
  await inList(async (page) => {
    await dock(page).getByRole("button", { name: "Faults", exact: true }).click();
    const chance = dock(page).getByLabel("Probability of server error, in percent");
    await chance.fill("100");
    const notice = page.getByText("The API has a problem of its own.");
    await notice.waitFor({ timeout: 60_000 });
    await expect(page.locator(".row-name")).toHaveCount(5);
    // It does not flap between two reads.
    await page.evaluate(() => {
      Object.assign(globalThis, { gone: 0 });
      new MutationObserver(() => {
        if (!document.querySelector("main .notice")) Object.assign(globalThis, { gone: 1 });
      }).observe(document.body, { subtree: true, childList: true });
    });
    await page.waitForTimeout(5000);
    assert.equal(await page.evaluate("gone"), 0);
    assert.ok(!/\w+Error\b/.test(await page.locator("main").innerText()));
    await chance.fill("0");
    await notice.waitFor({ state: "detached", timeout: 60_000 });
  });
});

test("names of both directions of writing do not mix with what stands beside them", async () => {
  await inList(async (page) => {
    await expect.poll(() => page.locator(".row-name bdi, .tags bdi").count()).toBeGreaterThanOrEqual(10);
  });
});
