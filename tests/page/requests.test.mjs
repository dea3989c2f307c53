// @ts-check
// The list of requests with all the calls that it keeps: few of them are in the page, and new ones do not move what is read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { events, servicePages } from "./service-page.mjs";
import { expect } from "./site.mjs";

const MOST = 500;

const at = servicePages();

/** Records calls as the client does when it sends them. @param {import("playwright-core").Page} page @param {number} from @param {number} to */
const record = (page, from, to) =>
  page.evaluate(
    ([first, last]) => {
      for (let number = Number(first); number < Number(last); number += 1)
        /** @type {any} */ (globalThis).options.onRequest({
          ...{ operation: "services.get", method: "GET", headers: {}, attempt: 1 },
          url: `https://api.clickhouse.cloud/v1/organizations/one/services/number-${number}`,
        });
    },
    [from, to],
  );

test("of 500 calls few are in the page, and what is read stays where it is when others come", async () => {
  await at(events(), async (page) => {
    const dock = page.getByRole("complementary", { name: "Workbench" });
    await dock.getByRole("button", { name: "Requests", exact: true }).click();
    // Nothing else is sent while the time stands still.
    await page.getByRole("banner").getByRole("button", { name: "Pause" }).click();
    await page.getByRole("banner").getByRole("button", { name: "Play" }).waitFor();
    await record(page, 0, MOST);
    await dock.getByText(`${MOST} calls, the latest first.`).waitFor();
    await dock.getByText(`number-${MOST - 1}`).waitFor();
    const calls = dock.locator(".call");
    await expect.poll(() => calls.count()).toBeLessThan(60);
    const panel = dock.getByRole("region", { name: "Requests" });
    await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await dock.getByText(/number-0$/).waitFor();
    await expect.poll(() => calls.count()).toBeLessThan(60);

    await panel.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
    const read = dock.getByRole("button", { name: /number-24\d / }).first();
    await expect(read).toBeInViewport();
    const text = await read.innerText();
    const same = dock.locator(".call", { hasText: /number-\d+/.exec(text)?.[0] ?? "" });
    const place = async () => Math.round((await same.boundingBox())?.y ?? 0);
    const before = await place();
    await record(page, MOST, MOST + 20);
    await expect.poll(() => panel.locator("li").first().getAttribute("aria-setsize")).toBe(String(MOST));
    await expect.poll(place).toBe(before);
    // A row opens, and the keyboard goes on to what is inside.
    await same.click();
    await expect(same).toHaveAttribute("aria-expanded", "true");
    await dock.getByRole("button", { name: "Replay" }).waitFor();
    assert.ok((await calls.count()) < 60);
  });
});
