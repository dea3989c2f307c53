// @ts-check
// The faults on the wire, each under its name in the table.
import { gzipSync } from "node:zlib";
import { http } from "./server.mjs";

/** @typedef {import("./server.mjs").Fault} Fault */

const MIB = 1024 * 1024;
const envelope = (/** @type {number} */ status, /** @type {string} */ error) => JSON.stringify({ status, error, requestId: "r-1" });
const page = "<!doctype html><html><body><h1>a proxy in between</h1></body></html>";

/**
 * A fault that replaces the whole response; it is made from the good one.
 *
 * @param {string} status
 * @param {string | Uint8Array | ((good: string) => string | Uint8Array)} [body]
 * @param {string[]} [headers]
 * @returns {Fault}
 */
const whole =
  (status, body, headers) =>
  ({ socket, good }) =>
    socket.end(http(status, typeof body === "function" ? body(good.body) : body, headers));

/**
 * A fault in the middle of a response: this much of it, then an end.
 *
 * @param {(answer: string) => string} part
 * @param {"end" | "reset" | "hang"} end
 * @returns {Fault}
 */
const partly =
  (part, end) =>
  ({ socket, good, cell }) => {
    const text = part(http("200 OK", good.body).toString());
    const then = () => {
      if (end === "reset") socket.resetAndDestroy();
      else if (end === "end") socket.end();
      else cell.hangs();
    };
    if (text === "") then();
    else socket.write(text, then);
  };

/** @param {string[]} headers */
const limited = (...headers) => whole("429 Too Many Requests", envelope(429, "TOO_MANY_REQUESTS: slow down"), headers);

/**
 * Bytes as they are.
 *
 * @param {(good: string) => string} text
 * @returns {Fault}
 */
const raw =
  (text) =>
  ({ socket, good }) =>
    void socket.end(text(good.body));

/**
 * Adds a property to the good response: to its result if there is one.
 *
 * @param {string} property
 */
const adding = (property) => (/** @type {string} */ good) =>
  good.replace(/"result":\{|^\{(?!.*"result")/s, (open) => `${open}${property},`);

/**
 * The good response with that many more bytes, or without end.
 *
 * @param {number} length
 * @param {boolean} announced in a content-length
 * @returns {Fault}
 */
const long =
  (length, announced) =>
  ({ socket, good }) => {
    const filler = Buffer.alloc(MIB, " ");
    const framing = announced ? `content-length: ${good.body.length + length}` : "x-framing: by the end of the connection";
    socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n${framing}\r\n\r\n${good.body}`);
    let left = length;
    const more = () => {
      while (left > 0 && socket.writable) {
        left -= filler.length;
        if (!socket.write(filler)) return void socket.once("drain", more);
      }
      socket.end();
    };
    more();
  };

/**
 * Where redirects lead; a test puts a server there.
 *
 * @type {{ url: string }}
 */
export const elsewhere = { url: "http://127.0.0.1:9/" };

/** @param {string} status @returns {Fault} */
const redirect =
  (status) =>
  ({ socket }) =>
    socket.end(http(status, "", [`location: ${elsewhere.url}`]));

const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

/** @type {Record<string, Fault>} */
export const faults = {
  // There is no server: the table's test makes one when it is time.
  "connection refused": () => {},
  "closed before headers": partly(() => "", "end"),
  "reset before headers": partly(() => "", "reset"),
  "reset mid-headers": partly((answer) => answer.slice(0, 30), "reset"),
  "reset mid-body": partly((answer) => answer.slice(0, -5), "reset"),
  "clean end mid-body": partly((answer) => answer.slice(0, -5), "end"),
  "hang before headers": partly(() => "", "hang"),
  "hang mid-headers": partly((answer) => answer.slice(0, 30), "hang"),
  "hang mid-body": partly((answer) => answer.slice(0, -5), "hang"),
  "not HTTP (a TLS alert)": raw(() => "\x15\x03\x01\x00\x02\x02\x46"),
  "broken chunk": raw((good) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n${good.slice(0, 5)}\r\nzz\r\n${good}\r\n`),
  "headers too large": whole("200 OK", (good) => good, [`x-large: ${"x".repeat(100_000)}`]),
  "broken gzip": whole("200 OK", (good) => good, ["content-encoding: gzip"]),
  "truncated gzip": whole("200 OK", (good) => gzipSync(good).subarray(0, -12), ["content-encoding: gzip"]),
  "longer than maxBodyBytes": long(50 * MIB, false),
  "longer, as announced": long(50 * MIB, true),
  "longer once unzipped": whole("200 OK", (good) => gzipSync(good + " ".repeat(50 * MIB), { level: 1 }), ["content-encoding: gzip"]),

  408: whole("408 Request Timeout", envelope(408, "REQUEST_TIMEOUT: too slow")),
  418: whole("418 I'm a teapot", envelope(418, "TEAPOT: short and stout")),
  "500 with envelope": whole("500 Internal Server Error", envelope(500, "INTERNAL_ERROR: try later")),
  "500 bare": whole("500 Internal Server Error"),
  "500 around a result": whole("500 Internal Server Error", (good) => good),
  "HTML 502": whole("502 Bad Gateway", page, ["content-type: text/html"]),
  "503, Retry-After in the past": whole("503 Service Unavailable", "", ["retry-after: Thu, 01 Jan 2026 00:00:00 GMT"]),
  304: whole("304 Not Modified"),
  "302 to another host": redirect("302 Found"),
  "307 to another host": redirect("307 Temporary Redirect"),
  "400, deeply nested": whole("400 Bad Request", `{"status":400,"error":${nested}}`),

  "429, X-RateLimit-Reset": limited("x-ratelimit-reset: 2"),
  "429, Retry-After only": limited("retry-after: 3"),
  "429, Retry-After in the past": limited("retry-after: Thu, 01 Jan 2026 00:00:00 GMT"),
  "429 without a header": limited(),
  "429, reset absurd": limited("x-ratelimit-reset: 99999999999999999999999"),
  "429, reset no number": limited("x-ratelimit-reset: 1e9"),
  "429, reset negative": limited("x-ratelimit-reset: -5"),

  "HTML 200": whole("200 OK", page, ["content-type: text/html"]),
  "empty 200": whole("200 OK"),
  204: whole("204 No Content"),
  "truncated JSON": whole("200 OK", (good) => good.slice(0, -5)),
  "error in a 200": whole("200 OK", envelope(500, "INTERNAL_ERROR: try later")),
  "result missing": whole("200 OK", '{"status":200,"requestId":"r-1"}'),
  "result null": whole("200 OK", '{"status":200,"requestId":"r-1","result":null}'),
  "result of the wrong shape": whole("200 OK", '{"status":200,"requestId":"r-1","result":[{"id":7}]}'),
  "result deeply nested": whole("200 OK", `{"status":200,"requestId":"r-1","result":${nested}}`),
  "duplicate key, the last bad": whole("200 OK", (good) => good.replace(/\}$/, ',"result":{}}')),

  "duplicate key, the last good": whole("200 OK", (good) => good.replace('"result":', '"result":{},"result":')),
  "unknown value, deeply nested": whole("200 OK", adding(`"nested":${nested}`)),
  "50 MiB, within maxBodyBytes": long(50 * MIB, true),
  "lone surrogates": whole("200 OK", adding('"odd":"\\ud800 \\udfff"')),
  "invalid UTF-8": whole("200 OK", (good) => Buffer.from(adding('"odd":"\xff\xfe\xc0"')(good), "latin1")),
  "byte order mark": whole("200 OK", (good) => `\uFEFF${good}`),
  "wrong content type": whole("200 OK", (good) => good, ["content-type: text/plain; charset=utf-16"]),
  "no content type": whole("200 OK", (good) => good, []),
  gzip: whole("200 OK", (good) => gzipSync(good), ["content-encoding: gzip"]),
  "set-cookie": whole("200 OK", (good) => good, ["set-cookie: session=PLANTED; Path=/"]),
  "requestId missing": whole("200 OK", (good) => good.replace(/,"requestId":"[^"]*"/, "")),
  "requestId a number": whole("200 OK", (good) => good.replace(/"requestId":"[^"]*"/, '"requestId":7')),
  "another status in the envelope": whole("200 OK", (good) => good.replace('"status":200', '"status":503')),
  201: whole("201 Created", (good) => good),
  "103 before it": ({ socket, good }) =>
    socket.end(Buffer.concat([Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"), http("200 OK", good.body)])),
  "HTTP/1.0": raw((good) => `HTTP/1.0 200 OK\r\n\r\n${good}`),
};
