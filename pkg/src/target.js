// @ts-check
// Where requests go, and with which credentials. What is missing comes from the environment; what is wrong is said in
// words that show no value, since it may be a secret.
import { FIELD_VALUE } from "../dist/values.js";
import { address, environment, inPage } from "./host.js";

/** @import { CloudClientOptions } from "../dist/client_bg.js" */

const DEFAULT_URL = "https://api.clickhouse.cloud";

/**
 * @param {CloudClientOptions} options of which each is of its kind
 * @param {(message: string) => never} wrong
 */
export function target(options, wrong) {
  const { authorization, secret } = credentials(options, wrong);
  return { baseUrl: base(options, authorization !== undefined, wrong), authorization, secret };
}

/**
 * The value of the `authorization` header (a key, a token, or none for a backend that adds it), and the secret in it.
 *
 * @param {CloudClientOptions} options
 * @param {(message: string) => never} wrong
 * @returns {{ authorization?: string, secret?: string }}
 */
function credentials({ keyId, keySecret, bearerToken, dangerouslyAllowBrowser }, wrong) {
  if (bearerToken) {
    if (keyId || keySecret) wrong("takes either keyId and keySecret, or bearerToken");
    if (!FIELD_VALUE.test(bearerToken)) wrong("bearerToken holds characters that no header can hold");
    return { authorization: `Bearer ${bearerToken}`, secret: bearerToken };
  }
  const given = keyId || keySecret;
  const id = given ? keyId : environment("CLICKHOUSE_CLOUD_API_KEY");
  const secret = given ? keySecret : environment("CLICKHOUSE_CLOUD_API_SECRET");
  if (!id && !secret) return {};
  if (!secret) wrong("keyId needs a keySecret");
  if (!id) return wrong("keySecret needs a keyId");
  if (id.includes(":")) wrong("keyId must not contain a colon");
  if (!dangerouslyAllowBrowser && inPage()) {
    wrong(
      "a keySecret in a page can be read by everyone who opens it: let a backend hold the key and give its address as " +
        "baseUrl, or set dangerouslyAllowBrowser",
    );
  }
  const basic = btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)));
  return { authorization: `Basic ${basic}`, secret };
}

/**
 * @param {CloudClientOptions} options
 * @param {boolean} hasCredentials
 * @param {(message: string) => never} wrong
 */
function base({ baseUrl }, hasCredentials, wrong) {
  const url = address(baseUrl ?? environment("CLICKHOUSE_API_URL") ?? DEFAULT_URL);
  if (!url) return wrong("baseUrl must be an absolute address; in a page it may be relative");
  if (!/^https?:$/.test(url.protocol)) wrong("baseUrl must be an address of http or https");
  if (url.username || url.password) wrong("baseUrl must not hold credentials: use keyId and keySecret");
  if (url.search || url.hash) wrong("baseUrl must end before ? and #");
  const loopback = /^(?:(?:.*\.)?localhost|\[::1\]|127\.[\d.]+)$/;
  if (hasCredentials && url.protocol === "http:" && !loopback.test(url.hostname)) {
    wrong("baseUrl must be of https: credentials would travel in the clear");
  }
  // Other official tools are given the version with the address. The contract's paths have it.
  return url.origin + url.pathname.replace(/(?:\/+v1)?\/*$/, "");
}
