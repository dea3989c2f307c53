// @ts-check
// The arguments of sandbox.fetch: strings, URLs, and every object that resembles a Request.
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { CloudClient, ConfigurationError } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { rejection } from "./support.mjs";

const sandbox = new Sandbox({ rateLimit: false });
const { keyId, keySecret, organizationId } = sandbox.clientOptions;
const authorization = `Basic ${btoa(`${keyId}:${keySecret}`)}`;
const headers = { authorization };
const url = `https://api.clickhouse.cloud/v1/organizations/${organizationId}/services`;
const text = JSON.stringify({ name: "events", provider: "aws", region: "eu-west-1" });
const fetch = /** @type {(input: any, init?: any) => Promise<Response>} */ (sandbox.fetch);

test("addresses, URLs and Requests, of any realm", async () => {
  /** @type {[input: unknown, init?: unknown][]} */
  const inputs = [
    [url, { headers }],
    [new String(url), { headers }],
    [new URL(url), { headers }],
    [{ href: url, pathname: "/" }, { headers }],
    [new Request(url, { headers })],
    [new Request(url), { headers }],
    [{ url, headers }],
    [{ url, method: "GET", headers: new Headers(headers) }],
    [{ url, headers: new Map([["Authorization", authorization]]) }],
    [{ url, headers: [["authorization", authorization]] }],
    [
      { url, method: "POST", headers: {} },
      { method: "GET", headers },
    ],
    [vm.runInNewContext("new (class Request { constructor(all) { Object.assign(this, all); } })(all)", { all: { url, headers } })],
  ];
  for (const [input, init] of inputs) assert.equal((await fetch(input, init)).status, 200, String(input));
});

test("bodies, of any realm", async () => {
  const bytes = new TextEncoder().encode(text);
  const foreign = vm.runInNewContext("Uint8Array.from(bytes)", { bytes });
  const like = { url, method: "POST", headers };
  /** @type {[input: unknown, init?: unknown][]} */
  const inputs = [
    [new Request(url, { method: "POST", headers, body: text })],
    [url, { method: "POST", headers, body: foreign }],
    [url, { method: "POST", headers, body: foreign.buffer }],
    [url, { method: "POST", headers, body: new Blob([text]) }],
    [{ ...like, text: async () => text }],
    [{ ...like, arrayBuffer: async () => foreign.buffer }],
    [{ ...like, arrayBuffer: async () => foreign }],
    [{ ...like, body: text }],
    [{ ...like, body: foreign }],
    [like, { body: text }],
  ];
  for (const [index, [input, init]] of inputs.entries()) assert.equal((await fetch(input, init)).status, 200, String(index));
  assert.equal((await fetch(like)).status, 400, "without a body");
});

test("a Request is read once, as fetch does", async () => {
  const request = new Request(url, { method: "POST", headers, body: text });
  assert.equal((await fetch(request)).status, 200);
  assert.ok((await rejection(fetch(request))) instanceof TypeError);
  assert.ok((await rejection(fetch({ url, method: "POST", headers, bodyUsed: true, text: async () => text }))) instanceof TypeError);
});

test("anything else is refused with a TypeError", async () => {
  const trap = new Proxy(
    {},
    {
      get() {
        throw new Error("a trap");
      },
    },
  );
  for (const input of [undefined, null, 7, true, {}, [], [url], { url: 7 }, { method: "GET" }, () => url, Symbol("x"), trap, new Date()]) {
    const error = await rejection(fetch(input));
    assert.ok(error instanceof TypeError, typeof input);
    assert.match(error.message, /^sandbox\.fetch: expects an address, a URL or a Request, received /);
  }
  for (const signal of [7, {}, new AbortController()]) {
    assert.match((await rejection(fetch(url, { headers, signal }))).message, /^sandbox\.fetch: signal must be an AbortSignal$/);
  }
  assert.ok((await rejection(fetch({ url, headers: 7 }))) instanceof TypeError);
  assert.equal((await fetch(url, { headers, signal: null })).status, 200);
});

test("a signal that is like one ends it", async () => {
  class Signal extends EventTarget {
    aborted = false;
  }
  const slow = new Sandbox({ latencyMs: 600_000 });
  for (const place of ["init", "request"]) {
    const signal = new Signal();
    const call = place === "init" ? slow.fetch(url, /** @type {any} */ ({ signal })) : slow.fetch(/** @type {any} */ ({ url, signal }));
    signal.aborted = true;
    signal.dispatchEvent(new Event("abort"));
    const reason = await rejection(call);
    assert.deepEqual([reason.constructor, reason.name], [DOMException, "AbortError"]);
  }
});

test("an abort of a call whose signal has no reason is an AbortError, and one signal has one", async () => {
  class Signal extends EventTarget {
    aborted = true;
  }
  const signal = new Signal();
  const cloud = new CloudClient(sandbox.clientOptions);
  const list = () => rejection(cloud.services.list(undefined, { signal: /** @type {any} */ (signal) }));
  const [first, second] = [await list(), await list()];
  assert.ok(first instanceof DOMException && first.name === "AbortError");
  assert.equal(second, first);
});

test("a relative baseUrl is resolved as the page's links are", () => {
  const host = /** @type {any} */ (globalThis);
  const built = () =>
    new CloudClient({ organizationId, baseUrl: "api", dangerouslyAllowBrowser: true }).buildRequest("GET /v1/organizations").url;
  const place = Object.getOwnPropertyDescriptor(globalThis, "location");
  try {
    host.location = { href: "https://page.example/deep/er/page.html" };
    assert.equal(built(), "https://page.example/deep/er/api/v1/organizations");
    host.document = { baseURI: "https://page.example/base/" };
    assert.equal(built(), "https://page.example/base/api/v1/organizations");
    host.document = {};
    assert.equal(built(), "https://page.example/deep/er/api/v1/organizations");
  } finally {
    delete host.document;
    delete host.location;
    if (place) Object.defineProperty(globalThis, "location", place);
  }
  assert.throws(built, ConfigurationError);
});
