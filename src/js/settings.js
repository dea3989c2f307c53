// The options of the constructor, read: what is missing comes from the environment, what is wrong is said in words that
// show no value, since it may be a secret.

import { address, environment, inPage } from "./host.js";
import { FIELD_VALUE } from "./values.js";

const DEFAULT_URL = "https://api.clickhouse.cloud";

/**
 * Where requests go, and with which credentials; or what is wrong.
 *
 * @param {any} options of which each is of its kind
 * @returns {{ wrong: string } | { baseUrl: string, authorization: string | undefined }}
 */
export function target(options) {
  const { keyId, keySecret, bearerToken, baseUrl, dangerouslyAllowBrowser } = options ?? {};
  const wrong = (/** @type {string} */ message) => ({ wrong: message });
  let authorization;
  if (bearerToken) {
    if (keyId || keySecret) return wrong("takes either keyId and keySecret, or bearerToken");
    if (!FIELD_VALUE.test(bearerToken)) return wrong("bearerToken holds characters that no header can hold");
    authorization = `Bearer ${bearerToken}`;
  } else {
    const none = !keyId && !keySecret;
    const id = none ? environment("CLICKHOUSE_CLOUD_API_KEY") : keyId;
    const secret = none ? environment("CLICKHOUSE_CLOUD_API_SECRET") : keySecret;
    if (id && !secret) return wrong("keyId needs a keySecret");
    if (secret && !id) return wrong("keySecret needs a keyId");
    if (id?.includes(":")) return wrong("keyId must not contain a colon");
    if (id && !dangerouslyAllowBrowser && inPage()) {
      return wrong(
        "a keySecret in a page can be read by everyone who opens it: let a backend hold the key and give its address as " +
          "baseUrl, or set dangerouslyAllowBrowser",
      );
    }
    if (id) authorization = `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)))}`;
  }
  const url = address((baseUrl ?? environment("CLICKHOUSE_API_URL")) || DEFAULT_URL);
  if (url === undefined) return wrong("baseUrl must be an absolute address; in a page it may be relative");
  if (!/^https?:$/.test(url.protocol)) return wrong("baseUrl must be an address of http or https");
  if (url.username || url.password) return wrong("baseUrl must not hold credentials: use keyId and keySecret");
  if (url.search || url.hash) return wrong("baseUrl must end before ? and #");
  if (authorization && url.protocol === "http:" && !/^(?:(?:.*\.)?localhost|\[::1\]|127\.[\d.]+)$/.test(url.hostname)) {
    return wrong("baseUrl must be of https: credentials would travel in the clear");
  }
  return { baseUrl: url.origin + url.pathname.replace(/\/+$/, ""), authorization };
}
