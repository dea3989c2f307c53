// @ts-check
// The outcome of a call through the proxy: a page's client must get the same result as from the service directly.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { rejection } from "../js/support.mjs";
import { BODY, SERVICE, json, key, page, proxied, refusal, success, told } from "./support.mjs";

const service = { id: SERVICE, name: "events", state: "running" };
const create = (/** @type {import("clickhouse-cloud").CloudClient} */ cloud) => rejection(cloud.services.create(BODY));

test("a result comes as the service sent it, with what it does not know, its status, its requestId and its limits", async (t) => {
  const known = {
    "x-ratelimit-limit": "10",
    "x-ratelimit-remaining": "7",
    "x-ratelimit-reset": "0.5",
    "x-request-id": "x-1",
    "retry-after": "1",
  };
  const result = { ...service, novelty: { deep: [1.5, null, "ü"] }, state: "levitating" };
  const { page } = await proxied(t, {}, () =>
    success(result, { headers: { ...known, "set-cookie": "a=b", server: "nginx", "x-other": "1" } }),
  );
  const { data, status, requestId, headers, attempts } = await page.services.get(SERVICE).withResponse();
  assert.deepEqual({ data, status, requestId, attempts }, { data: result, status: 200, requestId: "r-1", attempts: 1 });
  const handed = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-r") || name === "retry-after"));
  assert.deepEqual(handed, known);
  assert.deepEqual([headers.server, headers["x-other"]], [undefined, undefined]);
});

test("a deletion has no result", async (t) => {
  for (const answer of [() => Response.json({ status: 200, requestId: "r-1" }), () => new Response(null, { status: 204 })]) {
    const { page, services } = await proxied(t, {}, answer);
    assert.equal(await page.services.delete(SERVICE), undefined);
    assert.ok(!(await (await fetch(`${services}/${SERVICE}`, { method: "DELETE" })).text()).includes("result"));
  }
});

test("a password that is shown once goes to the page, and nowhere else", async (t) => {
  const { services, log, sandbox } = await proxied(t);
  const { result } = await (await fetch(services, json("POST", BODY))).json();
  assert.ok(sandbox.verifyPassword(result.service.id, result.password));
  assert.ok(log.length > 0);
  assert.ok(!log.join().includes(result.password));
});

test("what the service refuses", async (t) => {
  for (const [status, error] of /** @type {const} */ ([
    [400, "BAD_REQUEST: no"],
    [403, "FORBIDDEN: no"],
    [404, "NOT_FOUND: no"],
    [409, "CONFLICT: no"],
    [424, "FAILED_DEPENDENCY: no"],
  ])) {
    const { page, services } = await proxied(t, {}, () => refusal(status, error));
    const answer = await fetch(`${services}/${SERVICE}`);
    assert.deepEqual([answer.status, await answer.json()], [status, { status, error, requestId: "r-1" }]);
    const failed = await create(page);
    assert.deepEqual([failed.status, failed.code, failed.requestId, failed.ambiguous], [status, error.split(":")[0], "r-1", false]);
  }
});

test("a key that the service does not take is no matter of the page, which is not asked for credentials", async (t) => {
  const { services } = await proxied(t, {}, () => refusal(401, "UNAUTHORIZED: who", { "www-authenticate": "Basic" }));
  const answer = await fetch(services);
  assert.equal(answer.headers.get("www-authenticate"), null);
  assert.equal(await told(answer), "403 FORBIDDEN");
});

/** @type {[what: string, answer: (request: Request) => any, status: number][]} */
const DOUBTFUL = [
  ["a 500", () => refusal(500, "INTERNAL_ERROR: oh"), 500],
  ["a page of a 503", () => new Response("<html>", { status: 503, headers: { "content-type": "text/html", "retry-after": "0" } }), 503],
  ["a 408", () => refusal(408, "REQUEST_TIMEOUT: oh"), 408],
  ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }), 502],
  ["a success that is no JSON", () => new Response('{"result":{"password":"PLAN', { headers: { "content-type": "text/html" } }), 200],
  ["an answer that is too long", () => success({ service, password: "x".repeat(1_000) }), 502],
];
for (const [what, answer, status] of DOUBTFUL) {
  test(`${what} to a create is ambiguous, and nobody sends it again`, async (t) => {
    const { url, services, seen } = await proxied(t, { maxBodyBytes: 500, retryBudgetMs: 60_000 }, answer);
    const failed = await create(page(url));
    assert.equal(failed.ambiguous, true, String(failed));
    assert.equal(seen.length, 1);
    const direct = await fetch(services, json("POST", BODY));
    assert.equal(direct.status, status);
    assert.match(String(direct.headers.get("content-type")), /^(application\/json|text\/plain); charset=utf-8$/);
    assert.equal(direct.headers.get("location"), null);
    // The service's own text is not lost: it may hold a password.
    if (status === 200) assert.equal(failed.text, '{"result":{"password":"PLAN');
    else assert.match(await told(direct), /^\d+ [A-Z_]+$/);
  });
}

test("no answer, and none in time, to a create", async (t) => {
  const gone = await proxied(t, { baseUrl: "http://127.0.0.1:9" });
  assert.equal(await told(await fetch(gone.services, json("POST", BODY))), "502 BAD_GATEWAY");
  const slow = await proxied(t, { timeoutMs: 50 }, () => new Promise(() => {}));
  assert.equal(await told(await fetch(slow.services, json("POST", BODY))), "504 GATEWAY_TIMEOUT");
  for (const [{ page }, status] of /** @type {const} */ ([
    [gone, 502],
    [slow, 504],
  ])) {
    const failed = await create(page);
    assert.deepEqual([failed.name, failed.status, failed.ambiguous, failed.attempts], ["ServerError", status, true, 1]);
  }
  assert.equal(slow.seen.length, 2);
});

test("a create that breaks the contract in its answer: the page's client has the password", async (t) => {
  const { page, log } = await proxied(t, {}, () => success({ service: { name: 1 }, password: "PLANTED-p4ssword" }));
  const failed = await create(page);
  assert.deepEqual([failed.name, failed.ambiguous, failed.body.result.password], ["ResponseValidationError", true, "PLANTED-p4ssword"]);
  assert.ok(log.some((line) => line.includes("breaks the contract")));
  assert.ok(!log.join().includes("PLANTED"));
});

test("reads: the page's client tries again, the proxy does not", async (t) => {
  const answers = [refusal(503, "UNAVAILABLE: oh"), refusal(503, "UNAVAILABLE: oh"), success([])];
  const { services, page, seen } = await proxied(t, {}, () => answers.shift() ?? success([]));
  assert.equal((await fetch(services)).status, 503);
  assert.equal(seen.length, 1);
  assert.equal((await page.services.list().withResponse()).attempts, 2);
  assert.equal(seen.length, 3);
});

test("for pages without a client the proxy can try again; what an earlier attempt may have done stays in doubt", async (t) => {
  const answers = [refusal(503, "UNAVAILABLE: oh"), refusal(409, "CONFLICT: no")];
  const { services, seen } = await proxied(t, { retryBudgetMs: 60_000 }, () => /** @type {Response} */ (answers.shift()));
  const answer = await fetch(`${services}/${SERVICE}`, { method: "DELETE" });
  assert.equal(await told(answer), "502 CONFLICT");
  assert.equal(seen.length, 2);
});

test("after a 429 the proxy asks nothing more until the window opens, and says so", async (t) => {
  let time = Date.now();
  const clock = {
    now: () => time,
    sleep: (/** @type {number} */ ms) => {
      time += ms;
      return Promise.resolve();
    },
  };
  let limited = true;
  const timeoutMs = 1_000_000_000;
  // No attempt's time is up: with this clock it would be at once.
  const patient = { ...clock, sleep: (/** @type {number} */ ms) => (ms === timeoutMs ? new Promise(() => {}) : clock.sleep(ms)) };
  const { services, url, seen } = await proxied(t, { clock: /** @type {any} */ (patient), timeoutMs }, () =>
    limited ? refusal(429, "RATE_LIMITED: slower", { "x-ratelimit-reset": "7.5" }) : success([]),
  );
  const first = await fetch(services);
  assert.deepEqual([first.headers.get("x-ratelimit-reset"), await told(first)], ["7.5", "429 RATE_LIMITED"]);
  time += 500;
  const second = await fetch(services, json("POST", BODY));
  assert.deepEqual(
    [second.headers.get("x-ratelimit-reset"), second.headers.get("retry-after"), await told(second)],
    ["7.000", "7", "429 RATE_LIMITED"],
  );
  assert.equal(seen.length, 1);

  // A page's client waits for it, and comes again: not even a create is in doubt.
  limited = false;
  const { attempts } = await page(url, { clock: /** @type {any} */ (patient), timeoutMs })
    .services.list()
    .withResponse();
  assert.equal(attempts, 2);
  assert.equal(seen.length, 2);
});

test("all pages share one rate limit: where there is no room they are told so, and come again", async (t) => {
  let time = Date.now();
  /** @type {(() => void)[]} */
  const open = [];
  const hold = () => new Promise((resolve) => open.push(() => resolve(success([]))));
  const clock = { now: () => time, sleep: () => new Promise(() => {}) };
  const { services, seen } = await proxied(
    t,
    { clock: /** @type {any} */ (clock), rateLimit: { requests: 2, perMs: 3_000 } },
    /** @type {any} */ (hold),
  );
  const full = async (/** @type {string} */ reset) => {
    const answer = await fetch(services, json("POST", BODY));
    assert.deepEqual(
      [answer.headers.get("x-ratelimit-reset"), answer.headers.get("retry-after"), await told(answer)],
      [reset, String(Math.ceil(Number(reset))), "429 RATE_LIMITED"],
    );
  };
  const held = [fetch(services), fetch(services)];
  while (open.length < 2) await new Promise(setImmediate);
  await full("3.000");
  open[0]?.();
  await Promise.race(held);
  time += 500;
  await full("2.500");
  open[1]?.();
  await Promise.all(held);
  time += 2_400;
  await full("0.100");
  assert.equal(seen.length, 2);
  time += 101;
  const third = fetch(services);
  while (open.length < 3) await new Promise(setImmediate);
  await full("0.499");
  open[2]?.();
  assert.equal((await third).status, 200);

  // What will never be answered, since a host has ended it without a word, is not counted for ever.
  time += 3_000;
  void Promise.all([fetch(services), fetch(services)]).catch(() => {});
  while (open.length < 5) await new Promise(setImmediate);
  time += 27_999;
  await full("0.001");
  time += 1;
  const last = fetch(services);
  while (open.length < 6) await new Promise(setImmediate);
  open[5]?.();
  assert.equal((await last).status, 200);
});

test("two pages at once, each of which keeps the limit alone: both get all they ask for", async (t) => {
  const { url, seen } = await proxied(t, { rateLimit: { requests: 10, perMs: 100 } });
  const pages = [page(url), page(url)];
  const asked = pages.flatMap((one) => Array.from({ length: 15 }, () => one.services.list()));
  assert.equal((await Promise.all(asked)).length, 30);
  assert.equal(seen.length, 30);
});

test("when the page gives up, the call behind the proxy ends", async (t) => {
  const asked = new EventTarget();
  const { services, handler } = await proxied(t, {
    fetch: (_, { signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          reject(signal.reason);
          asked.dispatchEvent(new Event("ended"));
        });
        asked.dispatchEvent(new Event("begun"));
      }),
  });
  for (const send of [fetch, (/** @type {string} */ url, /** @type {RequestInit} */ init) => handler(new Request(url, init))]) {
    const begun = once(asked, "begun");
    const ended = once(asked, "ended");
    const giveUp = new AbortController();
    const answered = send(services, { signal: giveUp.signal }).then(
      ({ status }) => status,
      ({ name }) => name,
    );
    await begun;
    giveUp.abort();
    await ended;
    assert.equal(await answered, send === fetch ? "AbortError" : 499);
  }
});

test("a page that gives up while it waits, where the proxy lets it, leaves the line", async (t) => {
  /** @type {(value: Response) => void} */
  let answer = () => {};
  const rateLimit = { requests: 1, perMs: 50 };
  const { services, seen } = await proxied(
    t,
    { retryBudgetMs: 1, rateLimit },
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const first = fetch(services);
  while (seen.length === 0) await new Promise(setImmediate);
  const giveUp = new AbortController();
  const second = fetch(services, { signal: giveUp.signal }).catch(({ name }) => name);
  // A refusal takes no longer than the way into the line.
  assert.equal((await fetch(`${services}/x`)).status, 400);
  giveUp.abort();
  assert.equal(await second, "AbortError");
  const third = fetch(`${services}/${SERVICE}`);
  answer(success([]));
  assert.equal((await first).status, 200);
  while (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 10));
  answer(success(service));
  assert.equal((await third).status, 200);
  assert.deepEqual(
    seen.map(({ url }) => url.endsWith(SERVICE)),
    [false, true],
  );
});

test("the key is in no answer, not even when the service says it back, and in no log", async (t) => {
  const basic = btoa(`${key.keyId}:${key.keySecret}`);
  const echo = `${key.keySecret} Basic ${basic} ${key.keyId}`;
  const hide = { ...service, name: echo };
  for (const answer of [
    () => refusal(400, `BAD_REQUEST: ${echo}`),
    () => refusal(500, echo),
    () => refusal(401, echo),
    () => refusal(429, echo, { "x-request-id": echo }),
    () => new Response(echo, { status: 502 }),
    () => new Response(echo),
    () => success(hide),
    () => success([hide], { headers: { "x-request-id": echo } }),
    () => Response.json({ status: 400, error: "A: b", requestId: echo }, { status: 400 }),
  ]) {
    const { services, log } = await proxied(t, {}, answer);
    for (const url of [services, `${services}/${SERVICE}`]) {
      const answered = await fetch(url);
      const all = `${await answered.text()}${JSON.stringify([...answered.headers])}`;
      assert.ok(!all.includes("PLANTED") && !all.includes(basic), all);
    }
    const lines = log.join("\n");
    assert.ok(lines.length > 0);
    assert.ok(!lines.includes(key.keySecret) && !lines.includes(basic), lines);
  }
});

test("nor in another spelling; nor is a password of the request, and what is left is whole", async (t) => {
  const basic = btoa(`${key.keyId}:${key.keySecret}`);
  const hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  const spelt = [
    basic.replace(/=+$/, ""),
    encodeURIComponent(basic),
    btoa(key.keySecret),
    [...key.keySecret].map((one) => `&#${one.charCodeAt(0)};`).join(""),
  ];
  const hashes = [hash, encodeURIComponent(hash), hash.replaceAll("+", "-").replaceAll("/", "_").replace("=", "")];
  const echo = [...spelt, ...hashes].join(" ; ");
  for (const [answer, text] of /** @type {[() => Response, string][]} */ ([
    [() => refusal(400, `BAD_REQUEST: "${echo}"`), "BAD_REQUEST: "],
    [() => success({ name: `"${echo}"`, [echo]: 1, kept: 'a "b" \\ %20 &amp;' }), '"kept":"a \\"b\\" \\\\ %20 &amp;"'],
    [() => new Response(echo), "[secret] ; [secret]"],
  ])) {
    const { services, log } = await proxied(t, {}, answer);
    const answered = await fetch(`${services}/${SERVICE}/password`, json("PATCH", { newPasswordHash: hash }));
    const all = await answered.text();
    for (const secret of [...spelt, ...hashes]) assert.ok(![all, ...log].join("\n").includes(secret), `${secret} in ${all}`);
    assert.ok(all.includes(text) && all.includes("[secret]"), all);
  }
});

test("a long Retry-After closes the proxy for a minute at most, and a clock that is set back does not at all", async (t) => {
  let shift = 0;
  const clock = { now: () => Date.now() + shift, sleep: (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
  const answers = [refusal(429, "RATE_LIMITED: no", { "retry-after": "86400" }), success([]), success([])];
  const { services, seen } = await proxied(
    t,
    { clock, rateLimit: { requests: 1, perMs: 10_000 } },
    () => /** @type {Response} */ (answers.shift()),
  );
  assert.equal((await fetch(services)).headers.get("retry-after"), "86400");
  assert.equal((await fetch(services)).status, 429);
  assert.equal(seen.length, 1, "refused here");
  shift = 70_000;
  assert.equal((await fetch(services)).status, 200);
  shift = -86_400_000;
  assert.equal((await fetch(services)).status, 200);
});

test("a bearer token is a key as well", async (t) => {
  const bearerToken = "PLANTED-bearer-token";
  const { services, seen } = await proxied(t, { keyId: undefined, keySecret: undefined, bearerToken }, () =>
    refusal(400, `A: ${bearerToken}`),
  );
  assert.equal((await (await fetch(services)).json()).error, "A: [secret]");
  assert.equal(seen[0]?.headers.authorization, `Bearer ${bearerToken}`);
});

test("what the server's own code throws is told to the log, not to the page", async (t) => {
  for (const own of /** @type {any[]} */ ([
    {
      onRequest() {
        throw new Error("PLANTED");
      },
    },
    { rateLimit: { acquire: () => Promise.reject(new Error("PLANTED")) } },
  ])) {
    const { services, log, seen } = await proxied(t, own);
    const answer = await fetch(services);
    assert.equal(await told(answer), "500 INTERNAL_ERROR");
    assert.ok(log.some((line) => line.includes("PLANTED")));
    assert.deepEqual(seen, []);
  }
});

test("hooks and headers of the server", async (t) => {
  /** @type {string[]} */
  const told = [];
  const { page, seen } = await proxied(t, {
    headers: { "x-team": "data" },
    onRequest: ({ operation }) => void told.push(operation),
    onResponse: ({ status }) => void told.push(String(status)),
  });
  await page.services.list();
  assert.deepEqual(told, ["services.list", "200"]);
  assert.equal(seen[0]?.headers["x-team"], "data");
});
