// @ts-check
// The console for everybody: axe-core finds nothing in any view, the keyboard reaches all of it, and narrow screens scroll one way.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";
import { RUNNING, views, visit } from "./views.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

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

/** What axe-core finds, as lines. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => /** @type {any} */ (globalThis).axe.run({ runOnly: values }), rules);
  return violations.flatMap((/** @type {any} */ { id, nodes }) =>
    nodes.map((/** @type {any} */ node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe finds nothing in any view: ${colorScheme}`, async () => {
    await inPage(
      browser,
      site.address,
      async (page) => {
        for (const [name, view] of Object.entries(views)) {
          for (const width of [1440, 360]) {
            await page.setViewportSize({ width, height: 900 });
            await visit(page, site.address, view);
            assert.deepEqual(await findings(page), [], `${name} at ${width} px`);
          }
        }
      },
      { colorScheme, reducedMotion: "reduce" },
    );
  });
}

test("no view scrolls sideways at 320 px, which is 200 % of a small window, nor at 768 px; neither does the workbench", async () => {
  await inPage(browser, site.address, async (page) => {
    for (const [name, view] of Object.entries(views)) {
      await page.setViewportSize({ width: 320, height: 640 });
      await visit(page, site.address, view);
      for (const width of [320, 768]) {
        await page.setViewportSize({ width, height: 640 });
        const wider = () =>
          page.evaluate(() =>
            [document.documentElement, ...document.querySelectorAll(".dock, .dock-panel, .card")]
              .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
              .map(({ className, scrollWidth, clientWidth }) => `${className}: ${scrollWidth} px in ${clientWidth} px`),
          );
        await expect.poll(wider, `${name} at ${width} px`).toEqual([]);
      }
    }
  });
});

test("the keyboard skips to the content, searches, and opens a service; the focus is on its heading", async () => {
  await inPage(browser, site.address, async (page) => {
    await visit(page, site.address, /** @type {any} */ (views.services));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
    await page.keyboard.press("/");
    await page.keyboard.type("events");
    await page.getByText("1 of 5 services").waitFor();
    await expect(page.getByRole("searchbox", { name: "Search services" })).toHaveValue("events");
    await page.getByRole("link", { name: "events" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "events" }).waitFor();
    await expect(page.locator("h1")).toBeFocused();
    assert.equal(new URL(page.url()).hash, `#/services/${RUNNING}`);
  });
});

test("in forced colours the present place and disabled buttons are marked", async () => {
  await inPage(
    browser,
    site.address,
    async (page) => {
      await visit(page, site.address, /** @type {any} */ (views.keys));
      const border = (/** @type {import("playwright-core").Locator} */ of) =>
        of.evaluate((element) => getComputedStyle(element).borderStyle);
      const buttons = page.getByRole("button", { name: /^Disable / });
      assert.notEqual(await border(buttons.first()), await border(buttons.last()), "the page's own key is not disabled");
      const color = (/** @type {string} */ name) =>
        page.getByRole("link", { name, exact: true }).evaluate((element) => getComputedStyle(element).borderInlineStartColor);
      assert.notEqual(await color("Keys"), await color("People"));
    },
    { forcedColors: "active" },
  );
});

test("the live region speaks at most once a second, and says each change of state once", async () => {
  await inPage(browser, site.address, async (page) => {
    await visit(page, site.address, /** @type {any} */ (views.services));
    await page.evaluate(() => {
      const said = /** @type {{ at: number, text: string }[]} */ ([]);
      Object.assign(globalThis, { said });
      const region = document.querySelector('[role="status"][aria-live="polite"]');
      if (region === null) throw new Error("no live region");
      new MutationObserver(() => said.push({ at: performance.now(), text: region.textContent ?? "" })).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    await page.waitForFunction(() =>
      /** @type {any} */ (globalThis).said.some((/** @type {any} */ { text }) => /experiment is running/.test(text)),
    );
    const said = await page.evaluate(() => /** @type {{ at: number, text: string }[]} */ (/** @type {any} */ (globalThis).said));
    for (const [index, { at }] of said.entries()) if (index > 0) assert.ok(at - Number(said[index - 1]?.at) >= 900);
    assert.equal(said.filter(({ text }) => text === "experiment is running").length, 1);
  });
});
