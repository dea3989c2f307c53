// @ts-check
// The weight of the console's own code, and that the sandbox is not in the first load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";
import { views } from "./views.mjs";
import { LIMIT_BYTES, ownBytes } from "./weight.mjs";

test("the console's own JavaScript and CSS are below their limit", async () => {
  const site = await serve();
  try {
    const bytes = ownBytes(site.folder);
    assert.ok(bytes <= LIMIT_BYTES, `${bytes} bytes after brotli, above ${LIMIT_BYTES}`);
  } finally {
    site.close();
  }
});

test("the list is on screen before the sandbox has loaded, and says so", async () => {
  const site = await serve();
  const browser = await launch();
  try {
    await inPage(
      browser,
      site.address,
      async (page) => {
        await page.getByRole("link", { name: "events" }).waitFor();
        await page.getByText("As of before, connecting … 5 services").waitFor();
        // Of a service it has not all: an access list that is not loaded is not an empty one.
        await page.evaluate((address) => (location.hash = address), `${views.access?.path}`);
        await page.getByRole("heading", { level: 1, name: "events" }).waitFor();
        await page.getByText("Loading the service").waitFor({ state: "attached" });
        await expect(page.getByText("Nobody can connect")).toHaveCount(0);
      },
      {},
      () => {
        // A worker that never comes.
        Object.assign(globalThis, {
          SharedWorker: class {
            port = { postMessage: () => undefined, onmessage: null };
          },
        });
      },
    );
  } finally {
    await browser.close();
    site.close();
  }
});
