// @ts-check
// Which requests the proxy forwards and which it refuses. Of a refused request nothing is sent.
import assert from "node:assert/strict";
import { request as raw } from "node:http";
import { test } from "node:test";
import { ALL, BODY, ORGANIZATION, OTHER, SERVICE, json, key, page, proxied, refusal, success, told } from "./support.mjs";

/** @typedef {import("clickhouse-cloud/proxy").ProxyCall} ProxyCall */

test("what is allowed goes through, from a page's client that knows neither key nor organization", async (t) => {
  const { page, seen, sandbox } = await proxied(t);
  // It would be idle before it was read a second time.
  const { service, password } = await page.services.create({ ...BODY, idleScaling: false });
  assert.ok(sandbox.verifyPassword(service.id, password));
  assert.equal((await page.services.get(service.id)).name, "events");
  assert.deepEqual(await page.services.list({ filter: ["tag:a=b.c_d", "tag:e"] }), []);
  assert.equal((await page.services.waitFor(service.id, "running")).state, "running");
  await page.services.setPassword(service.id, "correct horse battery staple");
  assert.ok(sandbox.verifyPassword(service.id, "correct horse battery staple"));
  await page.services.stopAndDelete(service.id);
  assert.ok(seen.every(({ headers }) => headers.authorization?.startsWith("Basic ")));
  assert.ok(seen.some(({ url }) => url.endsWith("/services?filter=tag%3Aa%3Db.c_d&filter=tag%3Ae")));
});

test("the service sees only what it needs: no cookie, no credentials, no header of the page", async (t) => {
  const { services, seen } = await proxied(t);
  const headers = {
    cookie: "session=1",
    authorization: "Bearer of-the-page",
    "x-forwarded-for": "203.0.113.1",
    "x-custom": "1",
    "user-agent": "page",
    "accept-language": "de",
    referer: "http://127.0.0.1/",
    te: "trailers",
    "accept-encoding": "identity",
  };
  assert.equal((await fetch(services, json("POST", BODY, headers))).status, 200);
  const sent = seen[0]?.headers ?? {};
  const own = ["accept", "authorization", "content-type"];
  const byFetch = [
    "host",
    "connection",
    "accept-language",
    "sec-fetch-mode",
    "user-agent",
    "accept-encoding",
    "content-length",
    "cache-control",
    "pragma",
  ];
  assert.deepEqual(
    Object.keys(sent)
      .filter((name) => !byFetch.includes(name))
      .sort(),
    own,
  );
  assert.deepEqual([sent["accept-language"], sent["user-agent"], sent["accept-encoding"]], ["*", "node", "gzip, deflate"]);
  assert.equal(sent.authorization, `Basic ${btoa(`${key.keyId}:${key.keySecret}`)}`);
});

test("an operation that is not allowed", async (t) => {
  const { url, page, seen } = await proxied(t, { allow: ["services.list"] });
  const own = `${url}/v1/organizations/${ORGANIZATION}`;
  for (const [path, init] of /** @type {[string, RequestInit?][]} */ ([
    [`${own}/services`, json("POST", BODY)],
    [`${own}/services/${SERVICE}`],
    [`${own}/services/${SERVICE}`, { method: "DELETE" }],
    [`${own}/services/${SERVICE}/state`, json("PATCH", { command: "stop" })],
    [own],
    [`${own}/services/${SERVICE}/backups`],
  ])) {
    assert.equal(await told(await fetch(path, init)), "403 FORBIDDEN", path);
  }
  assert.deepEqual(seen, []);
  assert.deepEqual(await page.services.list(), []);
});

test("another organization", async (t) => {
  const { url, seen } = await proxied(t, { allow: [...ALL, "organizations.get"] });
  for (const id of [OTHER, "x", "..%2F..", `${ORGANIZATION}%2F..%2F${OTHER}`, `${ORGANIZATION}%00`, "%2e%2e", "%252e%252e"]) {
    const answer = await fetch(`${url}/v1/organizations/${id}/services`);
    assert.match(await told(answer), /^40[34] /, id);
  }
  assert.equal(await told(await fetch(`${url}/v1/organizations/${OTHER}`)), "403 FORBIDDEN");
  assert.equal(seen.length, 0);
  // Upper and lower case are the same id, and the service receives the proxy's own.
  assert.equal((await fetch(`${url}/v1/organizations/${ORGANIZATION.toUpperCase()}/services`)).status, 200);
  assert.equal(seen[0]?.url, `/v1/organizations/${ORGANIZATION}/services`);
});

test("the organization itself: its id only, or what the service says of it", async (t) => {
  const closed = await proxied(t);
  const listed = await (await fetch(`${closed.url}/v1/organizations`)).json();
  assert.deepEqual(listed.result, [{ id: ORGANIZATION }]);
  assert.deepEqual(closed.seen, []);
  assert.deepEqual(await closed.page.organizations.list(), [{ id: ORGANIZATION }]);

  const full = [
    { id: OTHER, name: "other" },
    { id: ORGANIZATION, name: "own" },
  ];
  const open = await proxied(t, { allow: ["organizations.list"] }, () => success(full));
  assert.deepEqual(await open.page.organizations.list(), [full[1]]);

  const refusing = await proxied(t, { authorize: () => false });
  assert.equal(await told(await fetch(`${refusing.url}/v1/organizations`)), "403 FORBIDDEN");
});

test("paths and methods that the API does not have", async (t) => {
  const { url, origin, services, seen } = await proxied(t);
  for (const path of [
    "",
    "/v1",
    "/v1/",
    "/v2/organizations",
    "/v1/organizations/",
    "/v1/organization",
    `/v1/organizations/${ORGANIZATION}/services/`,
    `/v1/organizations/${ORGANIZATION}/locks`,
    `/v1//organizations/${ORGANIZATION}/services`,
    `/v1/organizations//services`,
    `/v1/organizations%2F${ORGANIZATION}/services`,
    `/v1/organizations/%/services`,
    "/v1/__proto__",
    "/v1/organizations/../../v1",
  ]) {
    assert.equal(await told(await fetch(url + path)), "404 NOT_FOUND", path);
  }
  for (const [path, method, allow] of [
    [services, "PUT", "GET, HEAD, POST"],
    [services, "PATCH", "GET, HEAD, POST"],
    [services, "OPTIONS", "GET, HEAD, POST"],
    [`${services}/${SERVICE}`, "POST", "DELETE, GET, HEAD, PATCH"],
    [`${services}/${SERVICE}/state`, "GET", "PATCH"],
    [`${url}/v1/organizations`, "POST", "GET, HEAD"],
  ]) {
    const answer = await fetch(String(path), { method });
    assert.equal(answer.headers.get("allow"), allow);
    assert.equal(await told(answer), "405 METHOD_NOT_ALLOWED");
  }
  assert.deepEqual(seen, []);
  // As fetch would not send them.
  for (const path of [`/api/../x/v1/organizations`, "//v1/organizations", `${origin}/v1/organizations`]) {
    assert.equal(await status(origin, { path }), 200, path);
  }
  assert.equal(await status(origin, { path: "*", method: "OPTIONS" }), 501);
  assert.equal(await status(origin, { path: "/v1/organizations", method: "TRACE" }), 501);
});

/**
 * @param {string} origin
 * @param {import("node:http").RequestOptions} options
 * @param {string} [body]
 * @returns {Promise<number | undefined>}
 */
const status = (origin, options, body) =>
  new Promise((resolve, reject) => {
    const sent = raw(origin, options, (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
    sent.on("error", reject).end(body);
  });

test("with a prefix nothing else may precede", async (t) => {
  const { url, origin } = await proxied(t, { prefix: "/api/clickhouse/" });
  assert.equal((await fetch(`${url}/v1/organizations`)).status, 200);
  for (const path of ["/v1/organizations", "/api/clickhouse/x/v1/organizations", "/api/clickhousev1/organizations"]) {
    assert.equal(await told(await fetch(origin + path)), "404 NOT_FOUND", path);
  }
});

test("arguments and bodies that break the contract", async (t) => {
  const { services, seen } = await proxied(t);
  const one = `${services}/${SERVICE}`;
  for (const [path, init, what] of /** @type {[string, RequestInit | undefined, RegExp][]} */ ([
    [services, json("POST", { ...BODY, ipAcessList: [] }), /did you mean ipAccessList/],
    [services, json("POST", { ...BODY, name: "" }), /body\.name/],
    [services, json("POST", { ...BODY, provider: "gcp", region: 1 }), /body\.region/],
    [services, json("POST", []), /body: expected/],
    [services, json("POST", null), /body: expected/],
    [
      services,
      { ...json("POST", 1), body: '{"__proto__":{"name":"x"},"name":"events","provider":"aws","region":"eu-west-1"}' },
      /body\.__proto__/,
    ],
    [
      services,
      { ...json("POST", 1), body: '{"constructor":1,"name":"events","provider":"aws","region":"eu-west-1"}' },
      /body\.constructor/,
    ],
    [services, { method: "POST" }, /body: expected/],
    [services, { ...json("POST", 1), body: "{" }, /no JSON/],
    [services, { ...json("POST", 1), body: Buffer.from('{"name":"\xff"}', "latin1") }, /no JSON/],
    [services, { ...json("POST", 1), body: "[".repeat(100_000) }, /no JSON|body/],
    [one, json("PATCH", {}), /body/],
    [one, json("DELETE", {}), /no body/],
    [`${services}/x`, undefined, /path\.serviceId: expected a UUID/],
    [`${services}/${SERVICE}%2F..%2F${SERVICE}`, undefined, /path\.serviceId/],
    [`${services}?filtr=tag:a`, undefined, /did you mean filter/],
    [`${services}?__proto__=1`, undefined, /query\.__proto__/],
    [`${one}?filter=a`, undefined, /query\.filter/],
  ])) {
    const answer = await fetch(path, init);
    assert.match((await answer.clone().json()).error, what);
    assert.equal(await told(answer), "400 BAD_REQUEST");
  }
  assert.deepEqual(seen, []);
});

test("a secret in a body that breaks the contract is not said back", async (t) => {
  const { services, log } = await proxied(t);
  const answer = await fetch(`${services}/${SERVICE}/password`, json("PATCH", { newPasswordHash: "PLANTED-p4ssword" }));
  const text = await answer.text();
  assert.equal(answer.status, 400);
  assert.ok(!/PLANTED/.test(text + log.join()), text);
});

test("of two equal properties, the service is told the one that was checked", async (t) => {
  const { services, seen } = await proxied(t);
  const twice = '{"name":"events","provider":"aws","region":"eu-west-1","ipAccessList":[{"source":"0.0.0.0/0"}],"ipAccessList":[]}';
  assert.equal((await fetch(services, { ...json("POST", 1), body: twice })).status, 200);
  assert.deepEqual(JSON.parse(seen[0]?.body ?? ""), BODY);
  assert.equal(seen[0]?.body.match(/ipAccessList/g)?.length, 1);
});

test("bodies of other types, which a page can send without asking first", async (t) => {
  const { services, seen } = await proxied(t);
  const body = JSON.stringify(BODY);
  for (const type of [
    "text/plain",
    "text/plain; charset=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json, text/plain",
    "",
  ]) {
    assert.equal(
      await told(await fetch(services, { method: "POST", headers: { "content-type": type }, body })),
      "415 UNSUPPORTED_MEDIA_TYPE",
      type,
    );
  }
  assert.deepEqual(seen, []);
  assert.equal((await fetch(services, json("POST", BODY, { "content-type": "Application/JSON; charset=utf-8" }))).status, 200);
});

test("bodies that are too long, whether they say so or not", async (t) => {
  const { services, origin, seen } = await proxied(t, { maxRequestBytes: 200 });
  const long = json("POST", { ...BODY, name: "x".repeat(200) });
  assert.equal(await told(await fetch(services, long)), "413 PAYLOAD_TOO_LARGE");
  const stream = new Blob([long.body]).stream();
  assert.equal(await told(await fetch(services, /** @type {any} */ ({ ...long, body: stream, duplex: "half" }))), "413 PAYLOAD_TOO_LARGE");
  const path = new URL(services).pathname;
  const chunked = { path, method: "POST", headers: { "content-type": "application/json", "transfer-encoding": "chunked" } };
  assert.equal(await status(origin, chunked, long.body), 413);
  // Node's parser takes no request that says both, nor two lengths.
  assert.equal(await status(origin, { ...chunked, headers: { ...chunked.headers, "content-length": "5" } }, long.body), 400);
  assert.deepEqual(seen, []);
  assert.equal((await fetch(services, json("POST", BODY))).status, 200);
});

test("HEAD is GET without a body", async (t) => {
  const { services, seen } = await proxied(t, { allow: ["services.list"] });
  const answer = await fetch(services, { method: "HEAD" });
  assert.deepEqual([answer.status, answer.headers.get("content-type"), await answer.text()], [200, "application/json; charset=utf-8", ""]);
  assert.deepEqual(
    seen.map(({ method }) => method),
    ["GET"],
  );
  assert.equal((await fetch(`${services}/${SERVICE}`, { method: "HEAD" })).status, 403);
});

for (const [what, authorize, status] of /** @type {[string, (request: Request, call: ProxyCall) => any, number][]} */ ([
  ["true", () => true, 200],
  ["a promise of true", async () => true, 200],
  ["false", () => false, 403],
  ["nothing", () => undefined, 403],
  ["null", () => null, 403],
  ["what is like true", () => 1, 403],
  [
    "a throw",
    () => {
      throw new Error("PLANTED: no such session");
    },
    403,
  ],
  [
    "a rejection",
    async () => {
      throw Object.create(null);
    },
    403,
  ],
  ["a 401", () => refusal(401, "UNAUTHORIZED: sign in"), 401],
  ["a promise of a 401", async () => refusal(401, "UNAUTHORIZED: sign in"), 401],
])) {
  test(`authorize gives ${what}`, async (t) => {
    const { services, seen, log } = await proxied(t, { authorize });
    const answer = await fetch(services);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(seen.length, status === 200 ? 1 : 0);
    assert.ok(!(await answer.text()).includes("PLANTED"));
    assert.equal(
      log.some((line) => line.includes("authorize threw: Error: PLANTED: no such session")),
      what === "a throw",
    );
  });
}

test("authorize is told who asks, and for what", async (t) => {
  /** @type {unknown[]} */
  const asked = [];
  const { services } = await proxied(t, {
    authorize: async (request, call) => {
      asked.push(request.method, request.headers.get("cookie"), request.headers.get("x-csrf"), (await request.clone().json()).name, call);
      return true;
    },
  });
  await fetch(`${services}/${SERVICE}`, json("PATCH", { name: "x" }, { cookie: "session=1", "x-csrf": "2" }));
  assert.deepEqual(asked, [
    "PATCH",
    "session=1",
    "2",
    "x",
    { operation: "services.update", path: { organizationId: ORGANIZATION, serviceId: SERVICE } },
  ]);
});

test("authorize that takes the body leaves none: said in the log", async (t) => {
  const { services, seen, log } = await proxied(t, { authorize: async (request) => (await request.json()) !== null });
  assert.equal(await told(await fetch(services, json("POST", BODY))), "500 INTERNAL_ERROR");
  assert.ok(log.some((line) => line.includes("request.clone()")));
  assert.deepEqual(seen, []);
});

test("the page's own headers reach authorize", async (t) => {
  const { url } = await proxied(t, { authorize: (request) => request.headers.get("x-session") === "mine" });
  assert.deepEqual(await page(url, { headers: { "x-session": "mine" } }).services.list(), []);
  await assert.rejects(page(url, { headers: { "x-session": "yours" } }).services.list(), { name: "PermissionDeniedError" });
});
