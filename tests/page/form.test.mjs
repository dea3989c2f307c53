// @ts-check
// The page's form: errors beside their fields, keyboard operation, narrow screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inPage, launch, serve } from "./site.mjs";

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

/** @typedef {import("playwright-core").Page} Page */

/** What each field that is marked as wrong says, by its label. */
const errors = (/** @type {Page} */ page) =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll("[aria-invalid=true]")].map((control) => {
        const described = (control.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id));
        const label = document.querySelector(`label[for=${control.id}]`)?.textContent ?? "";
        return [label, described.find((element) => element?.className === "error")?.textContent];
      }),
    ),
  );

test("every mistake is told at its field, all at once, and nothing is sent", async () => {
  await inPage(browser, site.address, async (page) => {
    await page.getByRole("button", { name: "Fill in mistakes" }).click();
    await page.getByRole("button", { name: "Create service" }).click();
    await page.getByRole("alert").getByText("5 values refused here; nothing was sent.").waitFor();
    const told = await errors(page);
    assert.deepEqual(Object.keys(told), ["Name", "Address or block", "Least memory of a replica, GB", "Idle after, minutes"]);
    assert.match(told["Name"] ?? "", /at most 50 characters/);
    assert.match(told["Address or block"] ?? "", /received "10\.0\.0\.0\/33"/);
    assert.match(told["Least memory of a replica, GB"] ?? "", /a multiple of 4, received 36\.5\.\n.*at most maxReplicaMemoryGb/);
    assert.match(told["Idle after, minutes"] ?? "", /at least 5, received 4/);
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-invalid")), "true");
    assert.equal(await page.locator("#requests li", { hasText: "POST" }).count(), 0);

    // The error disappears while the user types.
    await page.keyboard.type("x");
    assert.ok(!("Name" in (await errors(page))));
  });
});

test("a service is created, opened and deleted by keyboard alone", async () => {
  await inPage(browser, `${site.address}?speed=120`, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    /** Presses Tab until the element with this text has the focus; every stop on the way must be visible. */
    const tabTo = async (/** @type {string} */ text) => {
      for (let stops = 0; stops < 60; stops += 1) {
        await page.keyboard.press("Tab");
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
        assert.equal(outline, "solid", `${await focused()} shows no focus`);
        if ((await focused()) === text) return;
      }
      assert.fail(`no way to ${text}`);
    };
    await page.getByText("None yet. Create one").waitFor();
    await tabTo("Create service");
    await page.keyboard.press("Enter");
    await page.locator("article .title .pill", { hasText: "running" }).waitFor();
    assert.equal(await focused(), "events");
    await tabTo("Delete…");
    await page.keyboard.press("Space");
    await page.getByRole("dialog", { name: "Delete events?" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "Delete…");
    await page.keyboard.press("Enter");
    await tabTo("Stop and delete");
    await page.keyboard.press("Enter");
    await page.getByText("events is gone").first().waitFor();
    assert.equal(await focused(), "New service");
  });
});

test("a request is copied as curl", async () => {
  await inPage(
    browser,
    site.address,
    async (page) => {
      await page.locator("#requests summary").click();
      await page.getByRole("button", { name: "Copy the curl command" }).click();
      await page.getByText("Copied", { exact: true }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /^curl --fail-with-body -X GET 'https:\/\/api\.clickhouse\.cloud\/v1\/organizations\/[0-9a-f-]{36}\/services'/);
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
});

test("changes of state are read out", async () => {
  await inPage(browser, `${site.address}?speed=120`, async (page) => {
    await page.getByRole("button", { name: "Create service" }).click();
    const announcer = page.locator("[role=status][aria-live=polite]");
    await announcer.getByText("events is provisioning").waitFor();
    await announcer.getByText("events is running").waitFor();
  });
});

for (const width of [360, 768, 1440]) {
  test(`nothing is wider than a screen of ${width} px`, async () => {
    const fits = (/** @type {Page} */ page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    await inPage(
      browser,
      `${site.address}?speed=120`,
      async (page) => {
        await page.getByRole("button", { name: "Fill in mistakes" }).click();
        await page.getByRole("button", { name: "Create service" }).click();
        await page.getByRole("alert").getByText("nothing was sent").waitFor();
        assert.ok(await fits(page), "with errors");
        await page.reload();
        await page.getByLabel("Name").fill("x".repeat(50));
        await page.getByRole("button", { name: "Create service" }).click();
        await page.locator("article .title .pill", { hasText: "running" }).waitFor();
        await page.getByRole("button", { name: "Reset password" }).click();
        await page.locator(".secret").waitFor();
        await page.getByRole("button", { name: "Skip 10 minutes" }).click();
        await page.locator(".backups summary").click();
        for (const summary of await page.locator("#requests summary").all()) await summary.click();
        await page.getByText("As the API shows it").click();
        assert.ok(await fits(page), "with a service");
      },
      { viewport: { width, height: 740 } },
    );
  });
}

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`text stands out from what is behind it, ${colorScheme}`, async () => {
    await inPage(
      browser,
      `${site.address}?speed=120`,
      async (page) => {
        await page.getByRole("button", { name: "Fill in mistakes" }).click();
        await page.getByRole("button", { name: "Create service" }).click();
        await page.getByRole("alert").getByText("nothing was sent").waitFor();
        assert.deepEqual(await page.evaluate(faint), []);
        await page.reload();
        await page.getByRole("button", { name: "Create service" }).click();
        await page.locator("article .title .pill", { hasText: "provisioning" }).waitFor();
        assert.deepEqual(await page.evaluate(faint), []);
        await page.locator("article .title .pill", { hasText: "running" }).waitFor();
        assert.deepEqual(await page.evaluate(faint), []);
      },
      // Without transitions, which would be measured half-way.
      { colorScheme, reducedMotion: "reduce" },
    );
  });
}

/** In the page: the texts whose contrast is below 4.5, as WCAG AA asks for. */
function faint() {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (/** @type {string} */ color) => {
    if (pixel === null) throw new Error("no canvas");
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = color;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (/** @type {number[]} */ color) => {
    const [red = 0, green = 0, blue = 0] = color
      .slice(0, 3)
      .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (/** @type {Element | null} */ element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba("Canvas");
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent?.trim())
      .join("");
    if (text === "" || !element.checkVisibility() || element.closest("[aria-disabled=true], .unseen, noscript, option")) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${text}: ${contrast.toFixed(2)}`);
  }
  return found;
}
