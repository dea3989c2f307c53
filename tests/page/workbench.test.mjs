// @ts-check
// The workbench and the back end: requests in order and without secrets, faults, time, and a sandbox that tabs share and that stays.
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

/** @param {(page: Page) => Promise<void>} run @param {string} [view] */
const inView = (run, view = "services") =>
  inPage(browser, site.address, async (page) => {
    await visit(page, site.address, /** @type {any} */ (views[view]));
    await run(page);
  });
const dock = (/** @type {Page} */ page) => page.getByRole("complementary", { name: "Workbench" });
const open = (/** @type {Page} */ page, /** @type {string} */ panel) =>
  dock(page).getByRole("button", { name: panel, exact: true }).click();

/** Creates a key by the console. @param {Page} page @param {string} name */
async function createKey(page, name) {
  await page.getByRole("button", { name: "New key" }).click();
  const form = page.getByRole("form", { name: "New key" });
  await form.getByLabel("Name").fill(name);
  await form.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("region", { name: `The credentials of ${name}` }).waitFor();
}

test("requests are in order, with their attempts, and their secrets are masked", async () => {
  await inView(async (page) => {
    await createKey(page, "ci");
    const shown = page.getByRole("region", { name: "The credentials of ci" });
    await shown.getByRole("button", { name: "Show the secret" }).click();
    await expect(shown.locator(".secret-value")).toHaveText(/^[^•]+$/);
    const secret = (await shown.locator(".secret-value").textContent()) ?? "";
    await open(page, "Requests");
    const call = dock(page).locator(".call", { hasText: "keys.create" });
    await call.getByText("200").or(call.getByText("201")).waitFor();
    await call.click();
    await dock(page).getByText("Attempt 1").waitFor();
    await dock(page).getByText('"keySecret": "••••••"').waitFor();
    await dock(page).getByRole("button", { name: "As curl" }).click();
    await dock(page)
      .getByText(/curl .*-X POST/)
      .waitFor();
    for (const details of await dock(page).locator("details summary").all()) await details.click();
    const text = (await dock(page).textContent()) ?? "";
    assert.ok(!text.includes(secret), "the secret is in the workbench");
    assert.ok(!text.includes("sandbox-key-secret"));
  }, "keys");
});

test("of a response that ends in the middle nothing is shown that may be a secret", async () => {
  await inView(async (page) => {
    await page.getByRole("button", { name: "New key" }).click();
    const form = page.getByRole("form", { name: "New key" });
    await form.getByLabel("Name").fill("cut");
    await open(page, "Faults");
    await dock(page).getByRole("slider", { name: "Probability of truncated" }).fill("100");
    await form.getByRole("button", { name: "Create key" }).click();
    await open(page, "Requests");
    await dock(page).locator(".call", { hasText: "keys.create" }).click();
    await dock(page)
      .getByText(/^\d+ characters that are no JSON$/)
      .waitFor();
    assert.doesNotMatch((await dock(page).textContent()) ?? "", /"result"/);
  }, "keys");
});

test("a broken network is survived, and the workbench tells how", async () => {
  await inView(async (page) => {
    await open(page, "Faults");
    await dock(page).getByRole("button", { name: "Break the network" }).click();
    await dock(page).getByRole("button", { name: "Mend the network" }).waitFor();
    await dock(page)
      .getByText(/brought [1-9]\d* of them to a good end/)
      .waitFor({ timeout: 60_000 });
    // The list stays on the screen meanwhile.
    await page.getByRole("link", { name: "events" }).waitFor();
    await dock(page).getByRole("button", { name: "Mend the network" }).click();
    await dock(page).getByRole("button", { name: "Break the network" }).waitFor();
  });
});

test("an injected fault meets the next request, and its attempts are one call", async () => {
  await inView(async (page) => {
    await open(page, "Faults");
    await dock(page).getByRole("button", { name: "Next requests: server error" }).click();
    await open(page, "Requests");
    const call = dock(page).locator(".call", { hasText: "2 attempts" });
    await call.first().waitFor({ timeout: 60_000 });
    await call.first().click();
    await dock(page).getByText("Attempt 1: 500").waitFor();
    await dock(page).getByText("Attempt 2: 200").waitFor();
  });
});

test("the time stands still, and a day is skipped", async () => {
  await inView(async (page) => {
    await open(page, "Clock");
    await dock(page).getByRole("button", { name: "Pause" }).click();
    await dock(page).getByRole("button", { name: "Play" }).waitFor();
    const time = page.locator(".backend-now");
    const before = await time.textContent();
    await dock(page).getByRole("button", { name: "1 day" }).click();
    await page.waitForFunction((text) => document.querySelector(".backend-now")?.textContent !== text, before);
    await dock(page).getByRole("button", { name: "Play" }).click();
    await page
      .locator(".row", { hasText: "experiment" })
      .getByText(/running|idle/)
      .waitFor();
  });
});

test("tabs share the sandbox, and a reload keeps it", async () => {
  await inView(async (page) => {
    await createKey(page, "shared");
    const other = await page.context().newPage();
    await visit(other, site.address, /** @type {any} */ (views.keys));
    await other.getByRole("article", { name: /^shared/ }).waitFor();
    await other.close();
    await page.reload();
    await page.getByRole("article", { name: /^shared/ }).waitFor();
  }, "keys");
});

test("another scenario begins in every tab, whatever time it was before", async () => {
  await inView(async (page) => {
    const other = await page.context().newPage();
    await visit(other, site.address, /** @type {any} */ (views.services));
    await open(page, "Clock");
    await dock(page).getByRole("button", { name: "1 day" }).click();
    await dock(page).getByLabel("Scenario").selectOption("empty");
    await dock(page).getByRole("button", { name: "Start over" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start over" }).click();
    for (const tab of [page, other]) {
      await tab.getByRole("link", { name: "events" }).waitFor({ state: "detached" });
      await tab
        .getByText("0 services", { exact: true })
        .or(tab.getByText(/no service/i))
        .first()
        .waitFor();
    }
    // The day that was skipped is over in both.
    for (const tab of [page, other]) {
      const shown = async () => Date.parse((await tab.locator(".backend-now").textContent()) ?? "");
      await expect.poll(async () => Math.abs((await shown()) - Date.now())).toBeLessThan(3_600_000);
    }
  });
});

test("without a worker that tabs share, one tab stores the sandbox, and another one says that it does not", async () => {
  const context = await browser.newContext();
  try {
    await context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
    const page = await context.newPage();
    const notice = "The sandbox is open in another tab. This tab has one of its own, which is not stored.";
    await visit(page, site.address, /** @type {any} */ (views.keys));
    await createKey(page, "stored");
    const other = await context.newPage();
    await visit(other, site.address, /** @type {any} */ (views.keys));
    await other.getByText(notice).waitFor();
    await createKey(other, "lost");
    await other.close();
    await page.reload();
    await page.getByRole("article", { name: /^stored/ }).waitFor();
    await expect(page.getByRole("article", { name: /^lost/ })).toHaveCount(0);
    await expect(page.getByText(notice)).toHaveCount(0);
  } finally {
    await context.close();
  }
});

test("a stored state that cannot be read is put aside, and the visitor is told", async () => {
  const context = await browser.newContext();
  try {
    // A page of the same site without the console: no worker runs yet.
    const blank = await context.newPage();
    await blank.route("**/blank", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>blank</title>" }));
    await blank.goto(`${site.address}blank`);
    await blank.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open("keyval-store");
          opening.onerror = reject;
          opening.onupgradeneeded = () => opening.result.createObjectStore("keyval");
          opening.onsuccess = () => {
            const writing = opening.result.transaction("keyval", "readwrite");
            writing.objectStore("keyval").put({ snapshot: "of another program" }, "sandbox");
            writing.oncomplete = () => {
              opening.result.close();
              resolve(undefined);
            };
          };
        }),
    );
    await blank.goto(site.address);
    await blank.getByText("The stored sandbox could not be read. It was put aside, and a new one begins.").waitFor();
    await blank.getByRole("link", { name: "events" }).waitFor();
  } finally {
    await context.close();
  }
});

for (const shared of [true, false]) {
  test(`a sandbox that does not load is said, in a worker ${shared ? "that tabs share" : "of the tab"}`, async () => {
    const context = await browser.newContext();
    try {
      if (!shared) await context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
      await context.route(/\/worker-[^/]*\.js$/, (route) => route.abort());
      const page = await context.newPage();
      await page.goto(site.address);
      await page.getByText("The sandbox could not be loaded. Reload the page to try again.").waitFor();
      await page.getByText("No response: the connection failed.").waitFor();
    } finally {
      await context.close();
    }
  });
}

test("the rate limit is a gauge, with the calls that wait", async () => {
  await inView(async (page) => {
    await open(page, "Rate limit");
    await dock(page).getByText("No call waits for a slot.").waitFor();
    // While the time stands still, no response comes and no slot is free again.
    await page.getByRole("banner").getByRole("button", { name: "Pause" }).click();
    await open(page, "Requests");
    await dock(page).locator(".call", { hasText: "services.list" }).first().click();
    const replay = dock(page).getByRole("button", { name: "Replay" });
    for (let count = 0; count < 12; count += 1) await replay.click();
    await open(page, "Rate limit");
    await dock(page)
      .getByText(/^10 of 10 requests in the last 10 s/)
      .waitFor();
    await dock(page)
      .getByText(/^\d+ calls? waits? for a slot. The next request goes (in \d+ s|once a response has come)\.$/)
      .waitFor();
    await page.getByRole("banner").getByRole("button", { name: "Play" }).click();
    await dock(page).getByText("No call waits for a slot.").waitFor();
  });
});

test("the pointer and the keyboard resize the workbench, and its height is remembered", async () => {
  await inView(async (page) => {
    await open(page, "Clock");
    const edge = dock(page).getByRole("separator", { name: "Height of the workbench" });
    await expect(edge).toHaveAttribute("aria-valuenow", "45");
    await edge.press("ArrowUp");
    await expect(edge).toHaveAttribute("aria-valuenow", "50");
    const { height } = page.viewportSize() ?? { height: 0 };
    const shown = async () => ((await dock(page).boundingBox())?.height ?? 0) / height;
    await expect.poll(shown).toBeCloseTo(0.5, 2);
    await edge.press("Home");
    await expect(edge).toHaveAttribute("aria-valuenow", "15");
    await edge.press("ArrowDown");
    await expect(edge).toHaveAttribute("aria-valuenow", "15");
    const place = await edge.boundingBox();
    assert.ok(place !== null && place.height >= 24, "large enough for a finger");
    await page.mouse.move(place.x + 300, place.y + place.height / 2);
    await page.mouse.down();
    await page.mouse.move(place.x + 300, height * 0.4, { steps: 4 });
    await expect(edge).toHaveAttribute("aria-valuenow", "60");
    await page.mouse.up();
    await page.mouse.move(place.x + 300, height * 0.8);
    await expect.poll(shown).toBeCloseTo(0.6, 2);
    await page.reload();
    await expect(edge).toHaveAttribute("aria-valuenow", "60");
    await expect.poll(shown).toBeCloseTo(0.6, 2);
    // The end of the page can still be scrolled above it.
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const last = page.locator(".row").last();
    await expect.poll(async () => ((await last.boundingBox())?.y ?? 0) < height * 0.4).toBe(true);
  });
});

test("the workbench is opened and closed by the keyboard, and remembered", async () => {
  await inView(async (page) => {
    const requests = dock(page).getByRole("button", { name: "Requests", exact: true });
    await requests.focus();
    await page.keyboard.press("Enter");
    await expect(requests).toHaveAttribute("aria-expanded", "true");
    await page.reload();
    await dock(page)
      .getByText(/calls?, the latest first/)
      .waitFor();
    await dock(page).getByRole("button", { name: "Close the workbench" }).click();
    await expect(requests).toHaveAttribute("aria-expanded", "false");
  });
});
