// @ts-check
// Where requests go, and with which credentials. What is missing comes from the environment; what is wrong is said in
// words that show no value, since it may be a secret.
import { FIELD_VALUE } from "./bindings/values.js";
import { address, environment, inPage } from "./runtime/environment.js";

/** @import { CloudClientOptions } from "./generated/client_bg.js" */

const DEFAULT_URL = "https://api.clickhouse.cloud";

const KEY_ID = "CLICKHOUSE_CLOUD_API_KEY";
const KEY_SECRET = "CLICKHOUSE_CLOUD_API_SECRET";

/**
 * White space, control characters, and what has no shape at all (a byte order mark, a zero-width space): no key has them,
 * and whoever copies one brings them along.
 */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}]/u;
/** Nearly every value, and far sooner known: engines compile the classes of the other one at its first use. */
const PLAIN = /^[!-~]*$/;

/**
 * Where the credentials come from: an error of theirs names it.
 *
 * @typedef {"options" | "environment" | "bearerToken" | "none"} Source
 */

/**
 * @param {CloudClientOptions} options of which each is of its kind
 * @param {string[]} headers names and values in turn, those of the option
 * @param {(message: string) => never} wrong
 */
export function target(options, headers, wrong) {
  const { authorization, secret, source } = credentials(options, wrong);
  const url = base(options, wrong);
  const own = headers.some((name, index) => index % 2 === 0 && name === "authorization");
  if (authorization === undefined && !own && url.origin === DEFAULT_URL) {
    const page = "; in a page, give as baseUrl the address of a backend that adds them, such as one of clickhouse-cloud/proxy";
    wrong(`no credentials: give keyId and keySecret, or bearerToken, or set ${KEY_ID} and ${KEY_SECRET}${inPage() ? page : ""}`);
  }
  return {
    // Other official tools are given the version with the address. The contract's paths have it.
    baseUrl: url.origin + url.pathname.replace(/(?:\/+v1)?\/*$/, ""),
    authorization,
    secret,
    source,
    inTheClear: url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !permitsHttp(options),
    organization: organization(options, wrong),
  };
}

/**
 * Asked only where it matters: hosts such as Deno ask the user about each variable.
 *
 * @param {CloudClientOptions} options
 */
const permitsHttp = ({ allowHttp }) => allowHttp ?? environment("CLICKHOUSE_CLOUD_ALLOW_HTTP") === "1";

/**
 * What a browser trusts over plain http, too (Secure Contexts, 3.1): names and addresses that never leave the machine. Not
 * 0.0.0.0, which is no address to send to: where it is taken for one, 127.0.0.1 does the same.
 */
const LOOPBACK = /^(?:(?:.*\.)?localhost\.?|\[::1\]|127\.[\d.]+)$/;

/**
 * The value of the `authorization` header (a key, a token, or none for a backend that adds it), and the secret in it.
 *
 * @param {CloudClientOptions} options
 * @param {(message: string) => never} wrong
 * @returns {{ authorization?: string, secret?: string, source: Source }}
 */
function credentials({ keyId, keySecret, bearerToken, dangerouslyAllowBrowser }, wrong) {
  if (bearerToken) {
    if (keyId || keySecret) wrong("takes either keyId and keySecret, or bearerToken");
    seen("bearerToken", bearerToken, wrong);
    if (!FIELD_VALUE.test(bearerToken)) wrong("bearerToken holds characters that no header can hold");
    return { authorization: `Bearer ${bearerToken}`, secret: bearerToken, source: "bearerToken" };
  }
  const given = keyId || keySecret;
  const id = given ? keyId : environment(KEY_ID);
  const secret = given ? keySecret : environment(KEY_SECRET);
  // Nothing, said so: what is missing would be looked for in Object.prototype.
  if (!id && !secret) return { authorization: undefined, secret: undefined, source: "none" };
  const [idName, secretName] = given ? ["keyId", "keySecret"] : [KEY_ID, KEY_SECRET];
  if (!id || !secret) {
    const [there, missing] = id ? [idName, secretName] : [secretName, idName];
    if (given) wrong(`${there} needs a ${missing}: give both, or neither to take ${KEY_ID} and ${KEY_SECRET}`);
    return wrong(`${there} is set, but ${missing} is not: set both, or give keyId and keySecret`);
  }
  seen(idName, id, wrong);
  seen(secretName, secret, wrong);
  if (id.includes(":")) wrong(`${idName} must not contain a colon`);
  if (!dangerouslyAllowBrowser && inPage()) {
    wrong(
      "a keySecret in a page can be read by everyone who opens it: let a backend hold the key and give its address as " +
        "baseUrl, or set dangerouslyAllowBrowser",
    );
  }
  const basic = btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)));
  return { authorization: `Basic ${basic}`, secret, source: given ? "options" : "environment" };
}

/**
 * The organization, and where it comes from.
 *
 * @param {CloudClientOptions} options
 * @param {(message: string) => never} wrong
 */
function organization({ organizationId }, wrong) {
  const name = organizationId === undefined ? "CLICKHOUSE_ORG_ID" : "organizationId";
  const id = organizationId ?? environment(name);
  if (id !== undefined) seen(name, id, wrong);
  return { id, name };
}

/**
 * @param {string} name
 * @param {string} value which is not shown
 * @param {(message: string) => never} wrong
 */
function seen(name, value, wrong) {
  if (!PLAIN.test(value) && UNSEEN.test(value))
    wrong(`${name} holds white space or control characters, such as the line break at the end of a file: leave them out`);
}

/**
 * @param {CloudClientOptions} options
 * @param {(message: string) => never} wrong
 */
function base({ baseUrl }, wrong) {
  const variable = baseUrl === undefined ? environment("CLICKHOUSE_API_URL") : undefined;
  const name = variable === undefined ? "baseUrl" : "CLICKHOUSE_API_URL";
  const url = address(baseUrl ?? variable ?? DEFAULT_URL);
  if (!url) return wrong(`${name} must be an absolute address; in a page it may be relative`);
  if (!/^https?:$/.test(url.protocol)) wrong(`${name} must be an address of http or https`);
  if (url.username || url.password) wrong(`${name} must not hold credentials: use keyId and keySecret`);
  if (url.search || url.hash) wrong(`${name} must end before ? and #`);
  return url;
}
