// @ts-check
// The Host header of a request: the proxy accepts this machine's names and configured ones, one per request and nothing but a name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange } from "../http/server.mjs";
import { ORGANIZATION, key, proxied, told } from "./support.mjs";

const LIST = `/v1/organizations/${ORGANIZATION}/services`;
const PATH = `/api/clickhouse${LIST}`;

/**
 * @param {string} origin
 * @param {string} target
 * @param {string[]} headers
 */
async function say(origin, target, ...headers) {
  const answer = await exchange(origin, [`GET ${target} HTTP/1.1`, ...headers, "connection: close", "", ""].join("\r\n"));
  return { status: Number(answer.split(" ")[1]), error: /"error":"([^"]*)"/.exec(answer)?.[1] ?? "" };
}

test("the path is the target's alone, never the host's", async (t) => {
  const { origin, seen } = await proxied(t, { hosts: ["*"] });
  for (const host of [
    `x${LIST}#`,
    `x${LIST}?filter=`,
    `x/..${LIST}?x=`,
    "user:pw@x",
    "user@localhost",
    "x\\y",
    "x?",
    "x#",
    "x/",
    "a b",
    "a,b",
    "[::1",
    "[x]",
    "x:y",
    "x:1:2",
    "%zz",
    "",
  ]) {
    for (const target of ["/public", PATH]) {
      const { status, error } = await say(origin, target, `host: ${host}`);
      assert.equal(status, 400, `${host} ${target}`);
      assert.match(error, /^BAD_REQUEST: header\.host: expected a host/);
    }
  }
  assert.deepEqual(seen, []);
  // Whatever the path looks like, the host is not in it.
  for (const target of [`//evil.example${LIST}`, `/\\evil.example${LIST}`, `/@evil.example${LIST}`])
    assert.equal((await say(origin, target, "host: x")).status, 200, target);
});

test("two hosts are none", async (t) => {
  const { origin, seen } = await proxied(t, { hosts: ["*"] });
  for (const [target, ...headers] of /** @type {[string, ...string[]][]} */ ([
    [PATH, "host: localhost", "host: evil.example", "origin: http://evil.example"],
    [PATH, "host: localhost", "host: localhost"],
    [PATH, "Host: localhost", "HOST: evil.example"],
    [`http://evil.example${PATH}`, "host: localhost"],
    [`http://localhost${PATH}`, "host: evil.example"],
    [`http://user@localhost${PATH}`, "host: localhost"],
    [`http://localhost${PATH}`, "host: user@localhost"],
  ])) {
    const { status, error } = await say(origin, target, ...headers);
    assert.equal(status, 400, headers.join());
    assert.match(error, /^BAD_REQUEST: header\.host: expected one host, received several/);
  }
  for (const target of [`ftp://localhost${PATH}`, "javascript:alert(1)", "*", "v1/organizations"]) {
    assert.ok([400, 501].includes((await say(origin, target, "host: localhost")).status), target);
  }
  assert.deepEqual(seen, []);
  assert.equal((await say(origin, `http://LOCALHOST${PATH}`, "host: localhost")).status, 200);
});

test("by default names of this machine alone", async (t) => {
  const { origin, seen, log } = await proxied(t);
  for (const host of ["localhost", "LocalHost:1", "localhost.", "app.localhost:3000", "127.0.0.1", "127.1.2.3:80", "[::1]:8080"]) {
    assert.equal((await say(origin, PATH, `host: ${host}`)).status, 200, host);
  }
  const served = seen.length;
  for (const host of [
    "evil.example",
    "evil.example:1",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "10.0.0.1",
    "[::2]",
    "127.0.0.1.",
    "notlocalhost",
  ]) {
    // As a page of that site sends it, whose name has this machine's address.
    const { status, error } = await say(origin, PATH, `host: ${host}`, `origin: http://${host}`, "sec-fetch-site: same-origin");
    if (host === "127.0.0.1.") continue;
    assert.equal(status, 421, host);
    assert.match(error, /^MISDIRECTED_REQUEST: .* is not served here: name it in the hosts option of createProxy$/);
  }
  assert.ok(seen.length <= served + 1);
  // Logged once: repeated requests do not fill the log.
  assert.deepEqual(
    log.filter((line) => line.includes("hosts option")),
    ["createProxy: evil.example is not served here: name it in the hosts option of createProxy"],
  );
});

test("those that are named, and those of named origins, and no others", async (t) => {
  const { origin, handler } = await proxied(t, {
    hosts: ["App.example.com", "10.0.0.1", "::2", "bücher.example"],
    origins: ["https://shop.example.com:8443"],
  });
  for (const [host, status] of /** @type {const} */ ([
    ["app.example.com", 200],
    ["APP.example.com:8443", 200],
    ["app.example.com.", 200],
    ["10.0.0.1:80", 200],
    ["[::2]", 200],
    ["[0:0::2]:1", 200],
    ["xn--bcher-kva.example", 200],
    ["shop.example.com", 200],
    ["localhost", 421],
    ["127.0.0.1", 421],
    ["example.com", 421],
    ["evil.app.example.com", 421],
  ])) {
    assert.equal((await say(origin, PATH, `host: ${host}`)).status, status, host);
  }
  // Servers that speak fetch: by the header, or else by the address.
  for (const [url, headers, status] of /** @type {[string, Record<string, string>, number][]} */ ([
    ["https://app.example.com", {}, 200],
    ["https://evil.example", {}, 421],
    ["http://localhost:3000", { host: "app.example.com" }, 200],
    ["https://app.example.com", { host: "evil.example" }, 421],
    ["https://app.example.com", { host: "app.example.com/x" }, 400],
  ])) {
    const answer = await handler(new Request(url + PATH, { headers }));
    assert.equal(answer.status, status, url);
    assert.equal(answer.headers.get("cache-control"), "no-store");
  }
  // Before it sends, a browser asks: of a host that is not served nothing is allowed.
  const asks = { host: "evil.example", origin: "https://shop.example.com:8443", "access-control-request-method": "GET" };
  const refused = await handler(new Request(`http://x${PATH}`, { method: "OPTIONS", headers: asks }));
  assert.deepEqual([refused.headers.get("access-control-allow-origin"), await told(refused)], [null, "421 MISDIRECTED_REQUEST"]);
});

test("a header that is named as a property of all objects", async (t) => {
  const { origin } = await proxied(t);
  for (const name of ["constructor", "__proto__", "toString"])
    assert.equal((await say(origin, PATH, "host: localhost", `${name}: x`)).status, 200, name);
});

for (const hosts of [
  "app.example.com",
  ["https://app.example.com"],
  ["app.example.com:80"],
  ["[::1]:80"],
  ["a/b"],
  ["a@b"],
  [""],
  [1, {}],
  ["*.example.com, x"],
]) {
  test(`${JSON.stringify(hosts)} are no hosts to name`, async (t) => {
    await assert.rejects(proxied(t, { hosts: /** @type {any} */ (hosts) }), (/** @type {any} */ { name, message }) => {
      assert.match(message, /^createProxy: hosts must (?:hold|be)/);
      return name === "ConfigurationError" && !message.includes(key.keySecret);
    });
  });
}
