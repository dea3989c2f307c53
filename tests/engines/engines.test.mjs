// @ts-check
// The installed package and the built demo page in each browser engine of this machine: Chromium, Firefox and WebKit.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { engines, lacking } from "../../scripts/engines.mjs";
import { prepare } from "../consumers/harness.mjs";
import { files, serve as serveConsumer } from "../consumers/page.mjs";
import { serve as serveDemo } from "../page/site.mjs";
import { journeys } from "./console.mjs";
import { open } from "./webdriver.mjs";

/** @type {(() => unknown)[]} */
const ends = [];
/** @param {() => unknown} end */
const later = (end) => ends.unshift(end);
after(async () => {
  for (const end of ends) await end();
});

const own = fileURLToPath(new URL(".", import.meta.url));
const { folder, sandbox } = await prepare("chromium_module", later);
for (const name of ["index.html", "main.js", "refused.html", "refused.js", "before.js"]) cpSync(join(own, name), join(folder, name));
const consumer = await serveConsumer(files(folder), sandbox, later);
const policy = { "content-security-policy": "default-src 'self'" };
const withPolicy = await serveConsumer(files(folder), sandbox, later, { headers: policy });
const demo = await serveDemo();
later(() => demo.close());

for (const engine of engines) {
  const missing = lacking(engine.name);
  if (missing !== undefined) {
    console.log(`engines: ${missing}`);
    continue;
  }
  describe(engine.name, () => {
    /** @type {import("./webdriver.mjs").Session} */
    let browser;
    /** @type {Record<string, any>} */
    let outcome;
    before(async () => {
      browser = await open(engine, later);
      await browser.go(consumer);
      outcome = JSON.parse(await browser.until("return document.documentElement.dataset.outcome ?? null"));
    });

    test("the journey of every consumer, over HTTP", () => {
      const { hash, error, list, create, wait } = outcome.journey;
      assert.deepEqual(outcome.journey, { hash, error, list, create, wait }, JSON.stringify(outcome.journey));
      assert.equal(hash, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
      assert.deepEqual([error.name, error.classes], ["ConfigurationError", [true, true, true]]);
      assert.deepEqual(list, [["before", "gcp"]]);
      assert.deepEqual(create, { name: "events", state: "provisioning", password: true });
      assert.deepEqual(wait, { name: "events", state: "running" });
    });

    test("a service's life, with the sandbox in the page", () => {
      assert.deepEqual(outcome.life, { password: true, state: "running", names: ["events"], left: [] });
    });

    test("responses of the sandbox keep what they were made of", () => assert.equal(outcome.held, 20));

    test("neither responses nor random bytes are made in memory of the wasm", () => assert.deepEqual(outcome.views, []));

    test("requests nested 200,000 deep are refused before they are sent", () => {
      // Some engines write JSON as deep as that; then the contract refuses it, further inside.
      const { create, list, build, schema } = outcome.deep;
      for (const [error, place] of [
        [create, "body"],
        [list, "query.filter"],
        [build, "query.filter"],
      ]) {
        assert.equal(error[0], "RequestValidationError");
        assert.ok(error.length > 1 && error.slice(1).every((/** @type {string} */ path) => path.startsWith(place)), error.join());
      }
      assert.equal(schema, true);
    });

    /** @param {string} url @param {RegExp} words */
    const refuses = async (url, words) => {
      await browser.go(url);
      const outcomes = JSON.parse(await browser.until("return document.documentElement.dataset.outcome ?? null"));
      assert.equal(outcomes.length, 4);
      for (const { isOurs, message, cause } of outcomes) {
        assert.equal(isOurs, true);
        assert.match(message, words);
        assert.match(cause, /Error: /);
      }
    };

    test("under a policy without 'wasm-unsafe-eval', one error says that it is needed", () =>
      refuses(`${withPolicy}/refused.html`, /^WebAssembly did not start: .*add 'wasm-unsafe-eval' to its script-src$/));

    test("before Chromium 115, one error says what is needed", () =>
      refuses(
        `${consumer}/refused.html?before=115`,
        /^WebAssembly did not start: .*use Chromium 115 or later, or make the client in a worker$/,
      ));

    test('no member is named "undefined"', () => assert.deepEqual(outcome.members, []));

    describe("the console", () => {
      before(() => browser.go(demo.address));
      for (const [name, journey] of Object.entries(journeys)) test(name, () => journey(browser));
    });
  });
}
