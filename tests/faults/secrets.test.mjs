// @ts-check
// A server that echoes requests: no secret of a request appears in an error or a log line. Only the getters `body` and `text` of an
// error hold the whole response; they are not printed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiError, CloudError, ResponseValidationError, doubleSha1Hash, hashPassword } from "clickhouse-cloud";
import { within } from "../js/support.mjs";
import { http, serve } from "./server.mjs";
import { assertNoSecret, BEARER, client, clock, FOR_EVER_MS, ID, keys, PASSWORD, service, shown, TIMEOUT_MS } from "./support.mjs";

/** @typedef {import("clickhouse-cloud").CloudClient} CloudClient */

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  server = await serve();
});
after(() => server.close());

/** @type {Record<string, { options?: { bearerToken: string }, call: (cloud: CloudClient) => PromiseLike<unknown> }>} */
const CALLS = {
  "with a key": { call: (cloud) => cloud.services.get(ID) },
  "with a token": { call: (cloud) => cloud.services.get(ID), options: { bearerToken: BEARER } },
  "with a hash": { call: (cloud) => cloud.services.setPassword(ID, PASSWORD) },
  "with both hashes": {
    call: (cloud) =>
      cloud.services.updatePassword(ID, { newPasswordHash: hashPassword(PASSWORD), newDoubleSha1Hash: doubleSha1Hash(PASSWORD) }),
  },
};

/**
 * The secrets of a request, as its server sees them.
 *
 * @param {import("./server.mjs").Request} request
 * @returns {string[]}
 */
function secretsOf({ head, body }) {
  const [, scheme, credentials = ""] = /^authorization: (\S+) (\S+)/im.exec(head) ?? [];
  const decoded =
    scheme === "Basic"
      ? [
          Buffer.from(credentials, "base64")
            .toString()
            .slice(keys.keyId.length + 1),
        ]
      : [];
  return [`${scheme} ${credentials}`, credentials, ...decoded, ...Object.values(body === "" ? {} : JSON.parse(body))];
}

/**
 * Calls a server that echoes its requests, and searches the outcome for secrets: one test for each call.
 *
 * @param {string} where
 * @param {(told: string, secrets: string[]) => Buffer} answer
 * @param {(error: any) => void} look
 * @param {Record<string, unknown>} [more]
 */
function echo(where, answer, look, more) {
  for (const [name, { call, options }] of Object.entries(CALLS)) {
    test(`${where}, ${name}`, async () => {
      const cell = server.cell(
        ({ socket, request }) => {
          const secrets = secretsOf(request);
          socket.end(answer(secrets.join(" and "), secrets));
        },
        { body: "{}" },
        Infinity,
      );
      const timing = { clock: clock(cell), timeoutMs: TIMEOUT_MS, retryBudgetMs: 12_000 };
      const { cloud, log } = client(cell.url, { ...options, ...timing, ...more });
      /** @type {unknown} */
      const error = await within(
        Promise.resolve(call(cloud)).catch((error) => error),
        FOR_EVER_MS,
      );
      assertNoSecret(log.join("\n"), "the log");
      if (error instanceof CloudError) assertNoSecret(shown(error), error.name);
      look(error);
    });
  }
}

const refused = (/** @type {string} */ text) => JSON.stringify({ status: 400, error: text, requestId: "r-1" });
const isRefused = (/** @type {unknown} */ error) => assert.ok(error instanceof ApiError);
const isWrong = (/** @type {unknown} */ error) => {
  assert.ok(error instanceof ResponseValidationError);
  assert.match(error.text, /PLANTED|=|[\da-f]{40}/, "nothing is lost");
};

for (const status of ["400 Bad Request", "401 Unauthorized", "409 Conflict", "429 Too Many Requests", "500 Internal Server Error"]) {
  echo(
    `in the text of a ${status}`,
    (told) => http(status, refused(`SOME_CODE: not with ${told}, please.`)),
    (error) => {
      isRefused(error);
      assert.equal(error.code, "SOME_CODE");
      assert.match(error.message, /SOME_CODE: not with .*, please/, "the rest of the text is there");
      assert.match(error.body.error, /PLANTED|=|[\da-f]{40}/, "nothing is lost");
    },
  );
}

echo("as the whole text", (told) => http("400 Bad Request", refused(told)), isRefused);
echo("in a text without gaps", (told, secrets) => http("400 Bad Request", refused(`A: "${secrets.join("")}",(${told})`)), isRefused);
echo("in a page of a proxy", (told) => http("502 Bad Gateway", `<html>${told}</html>`, ["content-type: text/html"]), isRefused);
echo("in the requestId", (told) => http("400 Bad Request", JSON.stringify({ error: "A: b", requestId: told })), isRefused);

const headers = (/** @type {string} */ told) => [
  `x-echo: ${told}`,
  `www-authenticate: Basic realm="${told}"`,
  `location: /?${encodeURI(told)}`,
  `set-cookie: a=${told}`,
  "x-other: kept",
];
echo(
  "in headers",
  (told) => http("403 Forbidden", refused("FORBIDDEN: no"), headers(told)),
  (error) => {
    isRefused(error);
    assert.equal(error.headers["x-other"], "kept");
  },
);

const broken = (/** @type {unknown} */ id) =>
  http("200 OK", JSON.stringify({ status: 200, requestId: "r-1", result: { ...service, id, password: { id } } }));
echo("in a value that breaks the contract", (told) => broken(told), isWrong);
echo("in such a value, from its beginning", (_, secrets) => broken(secrets.at(-1)), isWrong);
echo(
  "in such a value, of which only the log tells",
  (_, secrets) => broken(secrets.at(-1)),
  (data) => assert.ok(!(data instanceof Error)),
  { validateResponses: "warn" },
);
echo("in a success that is no JSON", (told) => http("200 OK", told, ["content-type: text/plain"]), isWrong);
echo("in the type of one", (told) => http("200 OK", told, [`content-type: ${told}`]), isWrong);
echo(
  "in what is no HTTP",
  (told) => Buffer.from(`HTTP/1.1 2x0 ${told}\r\n${told}: ${told}\r\n\r\n`),
  (error) => assert.equal(error.name, "ConnectionError"),
);
