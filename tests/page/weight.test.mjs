// @ts-check
// The weight of the console's own code, and that the sandbox is not in the first load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage, launch, serve } from "./site.mjs";
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
