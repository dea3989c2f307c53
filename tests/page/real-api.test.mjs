// @ts-check
// The console on an API behind the development server's proxy: a sandbox over HTTP stands for the real one. It has a thousand
// services, of which only those on the screen are in the page.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { expect, inPage, launch, root } from "./site.mjs";

const SERVICES = 1000;
const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-real-"));
const project = dirname(root);
/** @type {import("node:child_process").ChildProcess[]} */
const processes = [];
/** @type {import("playwright-core").Browser} */
let browser;
let address = "";
let secret = "";

/**
 * Starts a program, and waits for a line that it prints.
 *
 * @param {string[]} command
 * @param {RegExp} line
 * @param {Record<string, string>} [env]
 */
function begin([program = "", ...args], line, env = {}) {
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  processes.push(child);
  return /** @type {Promise<string>} */ (
    new Promise((resolve, reject) => {
      let output = "";
      child.on("close", () => reject(new Error(`${program} has ended: ${output}`)));
      child.stdout?.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (line.test(output)) resolve(output);
      });
    })
  );
}

before(async () => {
  const file = join(folder, "scenario.json");
  const services = Array.from({ length: SERVICES }, (_, index) => ({
    ...{ name: `service ${String(index).padStart(4, "0")}`, provider: "aws", region: "eu-west-1" },
    ...{ tags: [{ key: "number", value: String(index) }], $state: "stopped" },
  }));
  writeFileSync(file, JSON.stringify({ services }));
  const sandbox = ["node", "pkg/bin/clickhouse-cloud.js", "sandbox", "--port", "0", "--max-services", String(SERVICES), "--scenario", file];
  const printed = await begin([...sandbox, "--rate-limit", "off"], /CLICKHOUSE_ORG_ID=.*\n/);
  const env = Object.fromEntries([...printed.matchAll(/(CLICKHOUSE_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
  secret = env.CLICKHOUSE_CLOUD_API_SECRET ?? "";
  assert.ok(secret !== "");
  const started = await begin(["node_modules/.bin/vite", "www", "--port", "0"], /http:\/\/\S+/, env);
  address = /http:\/\/\S+/.exec(started)?.[0] ?? "";
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const child of processes) child.removeAllListeners("close").kill();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Scrolls from the beginning to the end and looks at the work for it, which is the same on a slow machine: only rows that come into
 * view are made, each once, and those that stay are left alone.
 *
 * @param {import("playwright-core").Page} page
 */
async function scrolled(page) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole("link", { name: "service 0000" }).waitFor();
  const work = await page.evaluate(async () => {
    const list = document.querySelector(".virtual");
    if (list === null) throw new Error("no list");
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    /** @type {{ made: string[], most: number }} */
    const found = { made: [], most: 0 };
    const note = (/** @type {MutationRecord[]} */ records) => {
      const rows = records.flatMap(({ addedNodes }) => [...addedNodes]);
      found.made.push(...rows.map((row) => /** @type {HTMLElement} */ (row).getAttribute("aria-posinset") ?? ""));
      found.most = Math.max(found.most, list.childElementCount);
    };
    const observer = new MutationObserver(note);
    observer.observe(list, { childList: true });
    // Half a window at a time, so that each step keeps rows of the one before.
    for (let end = false; !end; ) {
      const before = scrollY;
      scrollBy({ top: innerHeight / 2, behavior: "instant" });
      await frame();
      await frame();
      end = scrollY === before;
    }
    observer.disconnect();
    return found;
  });
  assert.equal(new Set(work.made).size, work.made.length, "each row is made once");
  assert.ok(work.made.length <= SERVICES, `${work.made.length} rows were made`);
  assert.ok(work.most < 60, `${work.most} rows at once`);
}

test("a thousand services scroll, with few of them in the page, and the key stays on the server", async () => {
  await inPage(browser, address, async (page) => {
    /** @type {string[]} */
    const sent = [];
    page.on("request", (request) => sent.push(JSON.stringify([request.url(), request.headers(), request.postData()])));
    await page.getByLabel("Requests go to").selectOption("the real API");
    await page.getByText(`${SERVICES.toLocaleString("en")} services`, { exact: true }).waitFor();
    const rows = page.locator(".row");
    assert.ok((await rows.count()) < 60, `${await rows.count()} rows are in the page`);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.getByRole("link", { name: "service 0999" }).waitFor();
    assert.ok((await rows.count()) < 60);
    await scrolled(page);
    await page.keyboard.press("/");
    await page.keyboard.type("number:421");
    await page.getByText("1 of 1,000 services").waitFor();
    await page.getByRole("link", { name: "service 0421" }).click();
    await page.getByRole("heading", { level: 1, name: "service 0421" }).waitFor();
    // Back shows the same list.
    await page.goBack();
    await page.getByText("1 of 1,000 services").waitFor();
    assert.ok(sent.some((request) => request.includes("/api/clickhouse/v1/organizations")));
    assert.ok(!sent.some((request) => request.includes(secret)));
    // There are no faults and no clock to play with.
    await expect(page.getByRole("button", { name: "Faults" })).toHaveCount(0);
  });
});
