// @ts-check
// Requests from pages of other origins are refused, except from configured origins, which get the CORS headers they need.
import assert from "node:assert/strict";
import { request as raw } from "node:http";
import { test } from "node:test";
import { createProxy } from "clickhouse-cloud/proxy";
import { BODY, ORGANIZATION, SERVICE, json, key, page, proxied, refusal, told } from "./support.mjs";

const FRIEND = "https://app.example.com";

/**
 * Sends headers that fetch keeps for itself.
 *
 * @param {string} url
 * @param {string} method
 * @param {import("node:http").OutgoingHttpHeaders} headers
 * @returns {Promise<{ status: number | undefined, headers: import("node:http").IncomingHttpHeaders, text: string }>}
 */
const send = (url, method, headers) =>
  new Promise((resolve, reject) => {
    const body = method === "POST" ? JSON.stringify(BODY) : "";
    const type = body === "" ? {} : { "content-type": "application/json", "content-length": body.length };
    const sent = raw(url, { method, headers: { ...type, ...headers } }, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, text: (await answer.setEncoding("utf8").toArray()).join("") });
    });
    sent.on("error", reject).end(body);
  });

test("who is let in", async (t) => {
  const { services, origin, seen } = await proxied(t, { origins: [FRIEND], hosts: ["127.0.0.1", "api.example.com", "internal"] });
  const { host } = new URL(origin);
  for (const [headers, status] of /** @type {[import("node:http").OutgoingHttpHeaders, number][]} */ ([
    // No browser.
    [{}, 200],
    [{ cookie: "session=1" }, 200],
    // A page of this site, in browsers of today and of yesterday, and behind what rewrites the host.
    [{ "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "same-origin", origin }, 200],
    [{ origin }, 200],
    [{ host: "api.example.com", origin: "https://api.example.com" }, 200],
    [{ host: "internal:8080", origin: "https://shop.example.com", "sec-fetch-site": "same-origin" }, 200],
    // The address bar.
    [{ "sec-fetch-site": "none" }, 200],
    // A page that is named.
    [{ origin: FRIEND, "sec-fetch-site": "cross-site" }, 200],
    [{ origin: FRIEND, "sec-fetch-site": "same-site" }, 200],
    [{ origin: FRIEND }, 200],
    // Any other.
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "cross-site", origin }, 403],
    [{ "sec-fetch-site": "bogus" }, 403],
    [{ "sec-fetch-site": ["same-origin", "cross-site"] }, 403],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "" }, 403],
    [{ origin: `${FRIEND}.evil.example` }, 403],
    [{ origin: "http://app.example.com" }, 403],
    [{ origin: `${FRIEND}, ${FRIEND}` }, 403],
    [{ origin: `http://${host}.evil.example` }, 403],
    [{ origin: "https://evil.example", "x-forwarded-host": "evil.example" }, 403],
  ])) {
    for (const method of ["GET", "POST"]) {
      const before = seen.length;
      const answer = await send(services, method, headers);
      assert.equal(answer.status, status, `${method} ${JSON.stringify(headers)}: ${answer.text}`);
      assert.equal(seen.length - before, status === 200 ? 1 : 0);
      assert.match(String(answer.headers.vary), /\borigin\b/);
      const shared = headers.origin === FRIEND ? FRIEND : undefined;
      assert.equal(answer.headers["access-control-allow-origin"], shared);
    }
  }
});

test("a page that is named may read all that its client needs", async (t) => {
  const limited = () =>
    refusal(429, "RATE_LIMITED: slower", { "x-ratelimit-reset": "1.5", "set-cookie": "a=b", "www-authenticate": "Basic" });
  const { services } = await proxied(t, { origins: [FRIEND] }, limited);
  const { status, headers } = await send(services, "GET", { origin: FRIEND, "sec-fetch-site": "cross-site" });
  assert.equal(status, 429);
  assert.equal(headers["access-control-allow-credentials"], "true");
  assert.match(String(headers["access-control-expose-headers"]), /\bretry-after\b.*\bx-ratelimit-reset\b.*\bx-request-id\b/);
  assert.equal(headers["x-ratelimit-reset"], "1.5");
  assert.deepEqual([headers["set-cookie"], headers["www-authenticate"]], [undefined, undefined]);
});

test("before it sends, a browser asks", async (t) => {
  const { services, url, seen } = await proxied(t, {
    origins: [FRIEND],
    authorize: () => {
      throw new Error("nobody has signed in yet");
    },
  });
  const asks = {
    origin: FRIEND,
    "sec-fetch-site": "cross-site",
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,x-session",
  };
  const { status, headers, text } = await send(services, "OPTIONS", asks);
  assert.deepEqual([status, text], [204, ""]);
  assert.equal(headers["access-control-allow-origin"], FRIEND);
  assert.equal(headers["access-control-allow-methods"], "GET, HEAD, POST");
  assert.equal(headers["access-control-allow-headers"], "content-type,x-session");
  assert.equal(headers["access-control-allow-credentials"], "true");
  assert.equal(headers.vary, "origin");

  for (const origin of ["https://evil.example", "null"]) {
    const refused = await send(services, "OPTIONS", { ...asks, origin });
    assert.equal(refused.status, 403);
    assert.deepEqual(
      Object.keys(refused.headers).filter((name) => name.startsWith("access-control")),
      [],
    );
  }
  assert.equal((await send(`${url}/v1/nowhere`, "OPTIONS", asks)).status, 404);
  assert.deepEqual(seen, []);
});

test("what a browser must not do with an answer", async (t) => {
  const { services, handler } = await proxied(t);
  for (const answer of [
    await fetch(services),
    await fetch(services, { method: "PUT" }),
    await fetch(services, json("POST", {})),
    await handler(new Request("http://x/")),
  ]) {
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    await answer.text();
  }
});

test("a refusal of authorize can be read by a page that is named", async (t) => {
  const { services } = await proxied(t, {
    origins: [FRIEND],
    authorize: () => refusal(401, "UNAUTHORIZED: sign in", { "set-cookie": "a=b" }),
  });
  const answer = await fetch(services, { headers: { origin: FRIEND } });
  assert.equal(answer.headers.get("access-control-allow-origin"), FRIEND);
  assert.deepEqual(answer.headers.getSetCookie(), ["a=b"]);
  assert.equal(await told(answer), "401 UNAUTHORIZED");
});

for (const origin of [
  "*",
  "app.example.com",
  "https://app.example.com/",
  "https://*.example.com/x",
  "null",
  "file:///x",
  "https://APP.example.com",
]) {
  test(`${origin} is no origin to name`, async (t) => {
    await assert.rejects(proxied(t, { origins: [origin] }), { name: "ConfigurationError", message: /^createProxy: origins must hold/ });
  });
}

test("options that are missing or wrong", async (t) => {
  for (const [options, message] of /** @type {[any, RegExp][]} */ ([
    [{ authorize: undefined }, /needs authorize/],
    [{ authorize: "yes" }, /authorize must be a function/],
    [{ allow: undefined }, /needs allow/],
    [{ allow: "services.list" }, /needs allow/],
    [{ allow: ["services.lsit"] }, /allow: there is no operation services\.lsit: did you mean services\.list\?/],
    [{ allow: ["*"] }, /allow takes no \*/],
    [{ allow: ["services.*"] }, /allow takes no services\.\*/],
    [{ organizationId: undefined }, /needs the organizationId/],
    [{ organizationId: "mine" }, /organizationId: expected a UUID/],
    [{ keyId: undefined, keySecret: undefined }, /needs keyId and keySecret, or bearerToken/],
    [{ keyId: undefined, keySecret: undefined, baseUrl: undefined }, /no credentials: give keyId and keySecret, or bearerToken/],
    [{ keySecret: `${key.keySecret}\n` }, /keySecret holds white space or control characters/],
    [{ keySecret: undefined }, /keyId needs a keySecret/],
    [{ bearerToken: "x" }, /either keyId and keySecret, or bearerToken/],
    [{ baseUrl: "http://api.example.com" }, /would travel in the clear.*allowHttp: true.*CLICKHOUSE_CLOUD_ALLOW_HTTP=1/],
    [{ baseUrl: "http://api.example.com", allowHttp: false }, /would travel in the clear/],
    [{ prefix: "api" }, /prefix must begin with a slash/],
    [{ maxRequestBytes: 0 }, /maxRequestBytes must be/],
    [{ rateLimit: { requests: 0, perMs: 1 } }, /rateLimit must be/],
    [{ origin: FRIEND }, /unknown option origin: did you mean origins\?/],
    [{ validateResponses: "off" }, /unknown option validateResponses/],
  ])) {
    /** @param {any} error */
    const says = ({ name, message: said }) =>
      name === "ConfigurationError" && said.startsWith("createProxy: ") && message.test(said) && !said.includes(key.keySecret);
    await assert.rejects(proxied(t, options), says, String(message));
  }
});

test("plain http to a sandbox in a container is permitted by the option", () => {
  const baseUrl = "http://sandbox:8080";
  assert.ok(
    createProxy({ ...key, organizationId: ORGANIZATION, baseUrl, allowHttp: true, allow: ["services.list"], authorize: () => true }),
  );
});

test("whether a request beyond the contract goes through is the proxy's to say, not the page's", async (t) => {
  const many = { numReplicas: 50 };
  const allow = /** @type {const} */ (["services.updateReplicaScaling"]);
  const strict = await proxied(t, { allow });
  const lax = page(strict.url, { validateRequests: "off" });
  await assert.rejects(lax.services.updateReplicaScaling(SERVICE, many), {
    name: "BadRequestError",
    message: /received 50; validateRequests: "warn" in createProxy sends it anyway$/,
  });
  assert.equal(strict.seen.length, 0);
  const open = await proxied(t, { allow, validateRequests: "warn" }, () => refusal(404, "NOT_FOUND: no"));
  await assert.rejects(page(open.url, { validateRequests: "off" }).services.updateReplicaScaling(SERVICE, many), { name: "NotFoundError" });
  assert.equal(open.seen[0]?.body, JSON.stringify(many));
  assert.ok(
    open.log.some((line) => line.includes("body.numReplicas") && line.endsWith("sent as it is")),
    open.log.join("\n"),
  );
});
