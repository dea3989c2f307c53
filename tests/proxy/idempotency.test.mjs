// @ts-check
// Requests that arrive twice with one idempotency key: the second gets the response of the first, and nothing is sent again.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BODY, SERVICE, json, page, proxied, refusal, success, told } from "./support.mjs";

const KEY = "idempotency-key";
const created = () =>
  success(
    { service: { id: SERVICE, name: "events", state: "provisioning" }, password: "PLANTED-p4ssword" },
    { headers: { "x-ratelimit-remaining": "7" } },
  );

/** A service whose responses the test gives, in the order of its requests. */
function held() {
  /** @type {((response: Response) => void)[]} */
  const open = [];
  const asked = new EventTarget();
  const script = () =>
    new Promise((resolve) => {
      open.push(resolve);
      asked.dispatchEvent(new Event("asked"));
    });
  return { open, asked, script: /** @type {() => Promise<Response>} */ (script) };
}

/** @param {Record<string, string>} [headers] */
const create = (headers, body = BODY) => json("POST", body, headers);

test("the client sends a key with each attempt of what is not safe to repeat, and with nothing else", async (t) => {
  /** @type {(string | null)[]} */
  const keys = [];
  const { page, seen, sandbox } = await proxied(t, { authorize: ({ method, headers }) => keys.push(`${method} ${headers.get(KEY)}`) > 0 });
  // A loaded machine must not see it go idle: it takes passwords while it runs.
  const { service } = await page.services.create({ ...BODY, idleScaling: false });
  await page.services.update(service.id, { name: "other" });
  await page.services.get(service.id);
  sandbox.advance(600_000);
  await page.services.setPassword(service.id, "correct horse battery staple");
  await page.services.resetPassword(service.id);
  const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
  const sent = keys.filter((line) => !line?.startsWith("GET "));
  assert.equal(sent.length, 4);
  sent.forEach((line, index) => assert.match(String(line), new RegExp(index === 2 ? "^PATCH null$" : `^(?:POST|PATCH) ${uuid}$`)));
  assert.ok(keys.filter((line) => line?.startsWith("GET ")).every((line) => line === "GET null"));
  assert.equal(new Set(sent).size, 4);
  // The API sees none: neither the page's, nor one of the proxy's own client.
  assert.ok(seen.length >= 5 && seen.every(({ headers }) => headers[KEY] === undefined));
});

test("a second arrival, while the first is under way and after it is done", async (t) => {
  const { open, asked, script } = held();
  let authorized = 0;
  const { services, seen, log } = await proxied(t, { authorize: () => (authorized += 1) > 0 }, script);
  const begun = once(asked, "asked");
  const all = [fetch(services, create({ [KEY]: "a" }))];
  await begun;
  all.push(fetch(services, create({ [KEY]: "a" })));
  while (authorized < 2) await sleep(5);
  open[0]?.(created());
  const [first] = await Promise.all(all);
  all.push(fetch(services, create({ [KEY]: "a" })));
  const answers = await Promise.all(all);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  assert.deepEqual(new Set(texts).size, 1);
  assert.equal(JSON.parse(String(texts[0])).result.password, "PLANTED-p4ssword");
  for (const { status, headers } of answers) {
    assert.deepEqual([status, headers.get("x-ratelimit-remaining"), headers.get("cache-control")], [200, "7", "no-store"]);
    assert.equal(headers.get("content-type"), first?.headers.get("content-type"));
  }
  assert.deepEqual([seen.length, authorized], [1, 3]);
  assert.ok(!log.join().includes("PLANTED"));

  // Another key is another request.
  const other = fetch(services, create({ [KEY]: "b" }));
  while (open.length < 2) await sleep(5);
  open[1]?.(refusal(500, "INTERNAL_ERROR: oh"));
  // What may have happened is not tried again either.
  for (const answer of [await other, await fetch(services, create({ [KEY]: "b" }))]) assert.equal(await told(answer), "500 INTERNAL_ERROR");
  assert.equal(seen.length, 2);
});

test("the first arrival's connection dies: its request goes on, and the second has its response", async (t) => {
  const { open, asked, script } = held();
  const { services, seen } = await proxied(t, {}, script);
  const gone = new AbortController();
  const begun = once(asked, "asked");
  const first = fetch(services, { ...create({ [KEY]: "a" }), signal: gone.signal });
  await begun;
  gone.abort();
  await assert.rejects(first, { name: "AbortError" });
  await sleep(50);
  const second = fetch(services, create({ [KEY]: "a" }));
  await sleep(50);
  open[0]?.(created());
  assert.equal((await (await second).json()).result.password, "PLANTED-p4ssword");
  assert.equal(seen.length, 1);
});

test("what was not sent yet ends with its last arrival, and nothing stays of it", async (t) => {
  const { open, script } = held();
  const { services, seen } = await proxied(t, { retryBudgetMs: 1, rateLimit: { requests: 1, perMs: 50 } }, script);
  const first = fetch(services);
  while (seen.length === 0) await sleep(5);
  const gone = new AbortController();
  const waiting = fetch(services, { ...create({ [KEY]: "a" }), signal: gone.signal }).catch(({ name }) => name);
  await sleep(50);
  gone.abort();
  assert.equal(await waiting, "AbortError");
  await sleep(50);
  open[0]?.(success([]));
  await first;
  await sleep(150);
  assert.equal(seen.length, 1, "nobody creates what nobody waits for");
  const again = fetch(services, create({ [KEY]: "a" }));
  while (seen.length < 2) await sleep(5);
  open[1]?.(created());
  assert.equal((await again).status, 200);
});

test("a key is of one request and one user", async (t) => {
  const { services, url, seen } = await proxied(t, { authorize: ({ headers }) => headers.get("cookie") !== "session=none" }, created);
  const own = { [KEY]: "a", cookie: "session=mine" };
  assert.equal((await fetch(services, create(own))).status, 200);
  for (const [path, init] of /** @type {[string, RequestInit][]} */ ([
    [services, create(own, { ...BODY, name: "other" })],
    [services, create({ ...own, cookie: "session=yours" })],
    [services, create({ [KEY]: "a" })],
    [services, create({ ...own, authorization: "Bearer yours" })],
    [services, create({ ...own, "x-session": "yours" })],
    [`${services}/${SERVICE}`, json("PATCH", BODY, own)],
    [`${url}/x/v1/organizations/${services.split("/").at(-2)}/services`, create(own)],
  ])) {
    const answer = await fetch(path, init);
    assert.ok(!(await answer.clone().text()).includes("PLANTED"));
    assert.equal(await told(answer), "422 UNPROCESSABLE_ENTITY", path);
  }
  // An unauthorized caller learns nothing, whatever the key.
  assert.equal(await told(await fetch(services, create({ ...own, cookie: "session=none" }))), "403 FORBIDDEN");
  assert.equal(seen.length, 1);
  // What something in front adds to each request does not matter.
  assert.equal((await fetch(services, create({ ...own, "x-request-id": "2", traceparent: "3" }))).status, 200);
  assert.equal(seen.length, 1);
});

test("what surely did nothing is done by the next arrival", async (t) => {
  let time = Date.now();
  const clock = /** @type {any} */ ({ now: () => time, sleep: () => new Promise(() => {}) });
  const { services, seen } = await proxied(t, { clock, rateLimit: { requests: 1, perMs: 1_000 } }, created);
  assert.equal((await fetch(services)).status, 200);
  assert.equal(await told(await fetch(services, create({ [KEY]: "a" }))), "429 RATE_LIMITED");
  time += 1_001;
  assert.equal((await fetch(services, create({ [KEY]: "a" }))).status, 200);
  assert.equal(seen.length, 2);
});

test("keys are known for two minutes, and the latest thousand", async (t) => {
  let time = Date.now();
  const clock = /** @type {any} */ ({ now: () => time, sleep: () => new Promise(() => {}) });
  let sent = 0;
  const { handler, services } = await proxied(t, {
    clock,
    fetch: async () => {
      sent += 1;
      return created();
    },
  });
  const count = async (/** @type {string} */ key) => {
    const before = sent;
    assert.equal((await handler(new Request(services, create({ [KEY]: key })))).status, 200);
    return sent - before;
  };
  assert.deepEqual([await count("a"), await count("a")], [1, 0]);
  time += 119_999;
  assert.equal(await count("a"), 0);
  time += 1;
  assert.equal(await count("a"), 1);
  for (let index = 0; index < 999; index += 1) assert.equal(await count(`k${index}`), 1);
  assert.equal(await count("a"), 0);
  assert.equal(await count("one more"), 1);
  assert.deepEqual([await count("a"), await count("k998")], [1, 0]);
});

test("when a thousand are under way, the next one is told to come again", async (t) => {
  /** @type {((response: Response) => void)[]} */
  const open = [];
  const { handler, services } = await proxied(t, { fetch: () => new Promise((resolve) => open.push(resolve)) });
  const ask = (/** @type {string} */ key) => handler(new Request(services, create({ [KEY]: key })));
  const all = Array.from({ length: 1_000 }, (_, index) => ask(`k${index}`));
  while (open.length < 1_000) await sleep(5);
  assert.equal(await told(await ask("one more")), "429 RATE_LIMITED");
  for (const answer of open) answer(created());
  for (const answer of await Promise.all(all)) assert.equal(answer.status, 200);
  const last = ask("one more");
  while (open.length < 1_001) await sleep(5);
  open[1_000]?.(created());
  assert.equal((await last).status, 200);
});

test("of very long responses only the key is kept: what was done is not done again", async (t) => {
  let sent = 0;
  let length = 9 * 1024 * 1024;
  const long = () => success({ service: { id: SERVICE, name: "events", state: "provisioning" }, password: "x".repeat(length) });
  const { handler, services } = await proxied(t, {
    fetch: async () => {
      sent += 1;
      return long();
    },
  });
  const ask = (/** @type {string} */ key) => handler(new Request(services, create({ [KEY]: key })));
  assert.equal((await ask("whole")).status, 200);
  assert.equal(await told(await ask("whole")), "502 BAD_GATEWAY");
  length = 5 * 1024 * 1024;
  for (const key of ["a", "b"]) assert.equal((await ask(key)).status, 200);
  assert.equal(await told(await ask("a")), "502 BAD_GATEWAY");
  assert.equal((await ask("b")).status, 200);
  assert.equal(sent, 3);
});

test("keys that are none", async (t) => {
  const { services, seen } = await proxied(t);
  for (const key of ["", "x".repeat(256)]) assert.equal(await told(await fetch(services, create({ [KEY]: key }))), "400 BAD_REQUEST");
  // Reads have none to join.
  for (let turn = 0; turn < 2; turn += 1) assert.equal((await fetch(services, { headers: { [KEY]: "a" } })).status, 200);
  assert.equal(seen.length, 2);
});

test("a caller's own key is for all attempts, and a page of a named origin may send one", async (t) => {
  const friend = "https://app.example.com";
  /** @type {(string | null)[]} */
  const keys = [];
  const { url, services } = await proxied(t, { origins: [friend], authorize: ({ headers }) => keys.push(headers.get(KEY)) > 0 });
  await page(url, { headers: { [KEY]: "mine" } }).services.create(BODY);
  assert.equal(keys.at(-1), "mine");
  const asks = { origin: friend, "access-control-request-method": "POST", "access-control-request-headers": `content-type,${KEY}` };
  const consent = await fetch(services, { method: "OPTIONS", headers: asks });
  assert.match(String(consent.headers.get("access-control-allow-headers")), /\bidempotency-key\b/);
});
