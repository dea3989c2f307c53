// @ts-check
// The page as `make demo` serves it, and as it is built.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { inPage, launch, root, serve } from "./site.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("the development server prints its address, on loopback, and the page works there", async () => {
  const vite = spawn(join(root, "../node_modules/.bin/vite"), ["www", "--port", "0"], {
    cwd: dirname(root),
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let output = "";
    const address = await new Promise((resolve, reject) => {
      vite.on("error", reject);
      vite.on("close", () => reject(new Error(`it ended: ${output}`)));
      vite.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
        const found = /http:\/\/\S+/.exec(output);
        if (found) resolve(found[0]);
      });
    });
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.ok(!/Network: +http/.test(output), output);
    await inPage(browser, address, async (page) => {
      // From the sandbox, not of the first look, which needs none.
      await page.getByText("5 services", { exact: true }).waitFor();
      await page.getByRole("link", { name: "events" }).click();
      await page.getByRole("img", { name: /^events is / }).waitFor();
    });
  } finally {
    vite.kill();
  }
});

test("the built page's policy forbids every connection elsewhere", async () => {
  const site = await serve();
  try {
    await inPage(browser, site.address, async (page) => {
      const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      assert.match(policy ?? "", /^default-src 'none'/);
      assert.match(policy ?? "", /; connect-src 'self';/);
    });
  } finally {
    site.close();
  }
});
