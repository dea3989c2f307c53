// @ts-check
// The base URL, the credentials and the organization of a client, from its options or from the environment variables of
// ClickHouse's other tools. Error messages show no values, since a value may be a secret.
import { FIELD_VALUE } from "./bindings/values.js";
import { address, environment, inPage } from "./runtime/environment.js";

/** @import { CloudClientOptions } from "./generated/client_bg.js" */

const DEFAULT_URL = "https://api.clickhouse.cloud";

const KEY_ID = "CLICKHOUSE_CLOUD_API_KEY";
const KEY_SECRET = "CLICKHOUSE_CLOUD_API_SECRET";

/**
 * White space, control characters and invisible characters (a byte order mark, a zero-width space). No key contains them, but
 * copying a key may add them.
 */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}]/u;
/** Matches nearly every key, and is faster: engines compile the Unicode classes of UNSEEN at its first use. */
const PLAIN = /^[!-~]*$/;

/**
 * The source of the credentials, which authentication errors name.
 *
 * @typedef {"options" | "environment" | "bearerToken" | "none"} Source
 */

/**
 * Gives the base URL, the credentials and the organization of a client.
 *
 * @param {CloudClientOptions} options the options, with their types checked
 * @param {string[]} headers the `headers` option as a flat list of names and values
 * @param {(message: string) => never} wrong throws a `ConfigurationError`
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
    // The base URL of other official tools ends with /v1. Here the contract's paths begin with it.
    baseUrl: url.origin + url.pathname.replace(/(?:\/+v1)?\/*$/, ""),
    authorization,
    secret,
    source,
    inTheClear: url.protocol === "http:" && !LOOPBACK.test(url.hostname) && !permitsHttp(options),
    organization: organization(options, wrong),
  };
}

/**
 * Whether plain http is allowed. Read only when it matters: runtimes such as Deno ask the user about each variable.
 *
 * @param {CloudClientOptions} options
 */
const permitsHttp = ({ allowHttp }) => allowHttp ?? environment("CLICKHOUSE_CLOUD_ALLOW_HTTP") === "1";

/**
 * The hosts that browsers trust over plain http (Secure Contexts, 3.1): names and addresses of this machine. 0.0.0.0 is not one
 * of them: it is no destination address, and 127.0.0.1 works wherever it does.
 */
const LOOPBACK = /^(?:(?:.*\.)?localhost\.?|\[::1\]|127\.[\d.]+)$/;

/**
 * Gives the value of the `authorization` header and the secret in it: a key, a token, or nothing if a backend adds it.
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
  // Explicitly undefined: a missing property would be read from Object.prototype.
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
  return { authorization: basic(id, secret), secret, source: given ? "options" : "environment" };
}

/**
 * The value of the `authorization` header for a key.
 *
 * @param {string} id
 * @param {string} secret
 */
export const basic = (id, secret) => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)))}`;

/**
 * Gives the id of the organization, and the name of the option or variable that it comes from.
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
 * Refuses a value that contains white space or invisible characters.
 *
 * @param {string} name
 * @param {string} value not shown in the message
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
