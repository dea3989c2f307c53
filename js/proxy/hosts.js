// @ts-check
// Checks the host of a request, against DNS rebinding: any site can point its own name at the address of this server. Its requests
// are then same-origin to the browser, and only their host differs. So the host must be one of the configured names.
import { HttpError } from "./responses.js";

/** The names and addresses of this machine, which DNS cannot redefine. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** One host, with or without a port; no credentials, path or query. */
const AUTHORITY = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]\\,]+)(?::\d*)?$/i;

/**
 * Gives the host of an authority such as `localhost:8080`, normalized as in URLs; undefined if it is invalid.
 *
 * @param {string} authority
 */
export function hostIn(authority) {
  if (!AUTHORITY.test(authority) || !URL.canParse(`http://${authority}`)) return undefined;
  return new URL(`http://${authority}`).hostname.replace(/\.$/, "");
}

/**
 * Gives a function that refuses requests for unknown hosts, and logs the first one.
 *
 * @param {readonly string[] | undefined} hosts as `hostIn` gives them; `*` allows every host; undefined: the names of this machine
 * @param {readonly string[]} origins
 * @param {(line: string) => void} log
 */
export function hostCheck(hosts, origins, log) {
  // An allowed origin is trusted, and so is its host.
  const known = new Set([...(hosts ?? []), ...origins.map((origin) => hostIn(new URL(origin).host))]);
  let logged = false;

  /** @param {Request} request */
  return ({ headers, url }) => {
    // Some runtimes and frameworks give no Host header, only the URL.
    const host = hostIn(headers.get("host") ?? new URL(url).host);
    if (host === undefined) throw new HttpError(400, "BAD_REQUEST", "header.host: expected one host, such as app.example.com");
    if (known.has(host) || known.has("*") || (hosts === undefined && LOOPBACK.test(host))) return;
    const text = `${host} is not served here: name it in the hosts option of createProxy`;
    if (!logged) log(text);
    logged = true;
    throw new HttpError(421, "MISDIRECTED_REQUEST", text);
  };
}
