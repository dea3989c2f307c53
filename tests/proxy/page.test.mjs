// @ts-check
// examples/proxy-node.mjs as users run it, with a sandbox behind it and its page in Chromium: the page manages services, and the key
// is in nothing that the page receives or stores.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import { chromium, chromiumArguments } from "../../scripts/chromium.mjs";
import { project, sandbox, start } from "../http/server.mjs";
import { BODY, key, listen, proxied, told } from "./support.mjs";

const SECRETS = [key.keyId, key.keySecret, Buffer.from(`${key.keyId}:${key.keySecret}`).toString("base64")];

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  // Of longer texts a snapshot would show only how they begin.
  const whole = "--js-flags=--heap-snapshot-string-limit=100000000";
  browser = await playwright.launch({ executablePath: chromium(), args: [...chromiumArguments, whole] });
});
after(() => browser?.close());

/**
 * Starts the example on a sandbox, until the test ends; gives its address.
 *
 * @param {{ after: (end: () => unknown) => void }} t
 */
async function serve(t) {
  const { env } = await sandbox(t, "--time-scale", "30", "--key-id", key.keyId, "--key-secret", key.keySecret);
  for (const name of ["proxy-node.mjs", "proxy-page"]) {
    cpSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), join(project, name), { recursive: true });
  }
  const [entry, outfile] = ["page.js", "page.bundle.js"].map((name) => join(project, "proxy-page", name));
  await build({ entryPoints: [String(entry)], outfile, bundle: true, minify: true, format: "esm", logLevel: "silent" });
  const started = start(process.execPath, [join(project, "proxy-node.mjs")], { cwd: project, env: { ...env, PORT: "0" } });
  t.after(() => {
    started.child.kill("SIGKILL");
    return started.ended;
  });
  const [address] = await started.printed(/http:\S+/);
  return address;
}

/**
 * Stands between the page and its server, and keeps every byte that passes: the log of a browser has gaps. Gives the address
 * to use, and what passed, one direction of one connection after the other.
 *
 * @param {{ after: (end: () => unknown) => void }} t
 * @param {string} address
 */
async function recorded(t, address) {
  /** @type {Buffer[][]} */
  const flows = [];
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  const relay = createServer((near) => {
    const far = connect(Number(new URL(address).port), "127.0.0.1");
    for (const [from, to] of /** @type {const} */ ([
      [near, far],
      [far, near],
    ])) {
      /** @type {Buffer[]} */
      const flow = [];
      flows.push(flow);
      sockets.add(from);
      from
        .on("data", (chunk) => flow.push(chunk))
        .on("error", () => to.destroy())
        .pipe(to);
    }
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.after(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (relay.address());
  return { url: `http://127.0.0.1:${port}/`, traffic: () => flows.map((flow) => Buffer.concat(flow).toString("latin1")).join("\n") };
}

/**
 * The whole text of a snapshot of the page's heap.
 *
 * @param {import("playwright-core").Page} page
 */
async function heap(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {string[]} */
  const chunks = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  return chunks.join("");
}

test("a page that manages services: the key is neither in its traffic nor in its memory", { timeout: 180_000 }, async (t) => {
  const { url, traffic } = await recorded(t, await serve(t));
  const page = await browser.newPage();
  /** @type {string[]} */
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  // Chromium tells the console of each answer that is a refusal: of the 404 when a service is gone, of a 429.
  page.on("console", (message) => /^Failed to load resource.*\b4(04|29)\b/.test(message.text()) || wrong.push(message.text()));
  await page.goto(url);
  await page.getByLabel("Name").fill("events");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByRole("listitem").filter({ hasText: "events: running" }).waitFor({ timeout: 60_000 });
  const password = /: (\S+)$/.exec((await page.locator("output").textContent()) ?? "")?.[1] ?? "";
  assert.ok(password.length >= 12);

  // What the page keeps is found: an answer of the proxy, and the end of a text, however long.
  const organization = await page.evaluate(async () => {
    const answer = await (await fetch("/api/clickhouse/v1/organizations")).text();
    const end = [..."EGAP EHT NI YRANAC"].reverse().join("");
    Object.assign(globalThis, {
      answer,
      long: Array.from({ length: 100_000 }, () => "x")
        .concat(end)
        .join(""),
    });
    return JSON.parse(answer).result[0].id;
  });
  const snapshot = await heap(page);
  assert.ok(snapshot.includes(`{\\"id\\":\\"${organization}\\"}`));
  assert.ok(snapshot.includes("xxCANARY IN THE PAGE"));
  for (const secret of SECRETS) assert.ok(!snapshot.includes(secret), "the page has the key");

  await page.reload();
  await page.getByRole("button", { name: "Delete" }).click({ timeout: 60_000 });
  await page.getByRole("listitem").filter({ hasText: "events" }).waitFor({ state: "detached", timeout: 90_000 });
  assert.equal(await page.locator("output").textContent(), "");

  const all = traffic();
  const seen = [
    /^POST \/api\/clickhouse\/v1\/organizations\/[0-9a-f-]+\/services HTTP/m,
    /^\{"name":"events",/m,
    /^DELETE \/api\/clickhouse\//m,
    /^Cookie: session=/im,
    /^content-security-policy: /im,
  ];
  for (const part of seen) assert.ok(part.test(all), String(part));
  assert.ok(all.includes(`"password":"${password}"`));
  for (const secret of SECRETS) assert.ok(!all.includes(secret), "the page was told the key");
  assert.deepEqual(wrong, []);
});

test("pages of other origins: one that is named, and one that is not", { timeout: 60_000 }, async (t) => {
  const html = { "content-type": "text/html" };
  const elsewhere = (await listen(t, (_, response) => response.writeHead(200, html).end("<!doctype html>"))).replace(
    "127.0.0.1",
    "localhost",
  );
  for (const [origins, expected] of /** @type {const} */ ([
    [[], ["no answer", "no answer", "no answer", "no answer"]],
    [[elsewhere], ["cors 200 10", "cors 200 10", "cors 400 null", "no answer"]],
  ])) {
    const { services, seen } = await proxied(t, { origins });
    const page = await browser.newPage();
    await page.goto(elsewhere);
    const answers = await page.evaluate(
      async ([url, body]) => {
        const headers = { "content-type": "application/json", "x-session": "1" };
        /** @type {RequestInit[]} */
        const sent = [
          { credentials: "include" },
          { method: "POST", headers, body },
          { method: "POST", headers, body: "{}" },
          { method: "POST", mode: "no-cors", body },
        ];
        const told = (/** @type {Response} */ { type, status, headers }) => `${type} ${status} ${headers.get("x-ratelimit-limit")}`;
        return Promise.all(sent.map((init) => fetch(String(url), init).then(told, () => "no answer")));
      },
      [services, JSON.stringify(BODY)],
    );
    assert.deepEqual(answers, expected);
    assert.equal(seen.length, origins.length * 2);
    await page.close();
  }
});

test("without the cookie of the example's page nothing goes through", async (t) => {
  const address = await serve(t);
  assert.equal(await told(await fetch(`${address}api/clickhouse/v1/organizations`)), "403 FORBIDDEN");
});
