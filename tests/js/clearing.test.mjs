// @ts-check
// The passwords and credential headers of a call are no longer in the memory of the wasm once the call has ended.
import assert from "node:assert/strict";
import { test } from "node:test";
import { remembered } from "./memory.mjs";
import { doubleSha1Hash, hashPassword } from "clickhouse-cloud";
import { ID, rejection, scripted, success } from "./support.mjs";

/** Long enough to occur nowhere by accident, and not only ASCII: buffers of such strings grow while they are copied. */
const PASSWORD = "PLANTED correct horse battery staple ü €";
const HEADER = "PLANTED-credential-of-one-call";
const BASIC = "Basic UExBTlRFRDpQTEFOVEVEIGNyZWRlbnRpYWw=";

/** @param {string[]} secrets */
function assertForgotten(secrets) {
  const memory = remembered();
  for (const secret of secrets) {
    // Its second half as well: the allocator overwrites the beginning of freed memory.
    const bytes = Buffer.from(secret);
    for (const part of [bytes, bytes.subarray(bytes.length / 2)]) assert.equal(memory.indexOf(part), -1, part.toString());
  }
}

test("what the search would find", () => {
  const { cloud } = scripted([success([])], { keySecret: "PLANTED-the-clients-own-key" });
  assert.notEqual(remembered().indexOf("PLANTED-the-clients-own-key"), -1, "the client still needs it");
  cloud.free();
  assertForgotten(["PLANTED-the-clients-own-key"]);
});

test("hashes of passwords", () => {
  hashPassword(PASSWORD);
  doubleSha1Hash(PASSWORD);
  assertForgotten([PASSWORD]);
});

/** @type {[string, any][]} */
const ANSWERS = [
  ["succeeds", success({})],
  ["is refused", new Response(`{"status":400,"error":"BAD_REQUEST: no"}`, { status: 400 })],
  ["meets no response", new TypeError("fetch failed")],
];
for (const [what, answer] of ANSWERS) {
  test(`a call that ${what}`, async () => {
    const { cloud, calls } = scripted([answer]);
    const options = { headers: { "x-api-key": HEADER, authorization: BASIC } };
    const bodies = { newPasswordHash: hashPassword(`${PASSWORD} again`) };
    await cloud.services.setPassword(ID, PASSWORD, options).catch(() => {});
    await cloud.services.updatePassword(ID, bodies, options).catch(() => {});
    assert.equal(calls.length, 2);
    assert.equal(calls[1]?.init.headers["x-api-key"], HEADER, "it was sent");
    assertForgotten([PASSWORD, hashPassword(PASSWORD), HEADER, BASIC]);
    assertForgotten([bodies.newPasswordHash]);
  });
}

test("a request that is refused before it is sent", async () => {
  const { cloud, calls } = scripted([success({})]);
  const wrong = /** @type {any} */ ({ newPasswordHash: PASSWORD, newDoubleSha1Hash: PASSWORD });
  await rejection(cloud.services.updatePassword(ID, wrong));
  assert.equal(calls.length, 0);
  assertForgotten([PASSWORD]);
});
