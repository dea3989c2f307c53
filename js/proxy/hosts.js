// @ts-check
// Whom a request is for. A page of any site can give its own name the address of this server (DNS rebinding): its requests
// are then of the same origin to the browser, and only the name that they carry tells. So the name has to be one that the
// proxy was told of.
import { Refusal } from "./answers.js";

/** Names of this machine, which nobody can give another address, nor give to another machine. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** A host, with or without a port: no user, no path, no query, and not two of them. */
const AUTHORITY = /^(?:\[[\da-f:.]+\]|[^\s:/?#@[\]\\,]+)(?::\d*)?$/i;

/**
 * The host in an authority such as `localhost:8080`, as URLs write it; undefined: it is none.
 *
 * @param {string} authority
 */
export function hostIn(authority) {
  if (!AUTHORITY.test(authority) || !URL.canParse(`http://${authority}`)) return undefined;
  return new URL(`http://${authority}`).hostname.replace(/\.$/, "");
}

/**
 * Refuses requests for hosts that the proxy was not told of. `told` hears of the first one.
 *
 * @param {readonly string[] | undefined} hosts as `hostIn` gives them; `*` is every one; undefined: those of this machine
 * @param {readonly string[]} origins
 * @param {(line: string) => void} told
 */
export function doorkeeper(hosts, origins, told) {
  // A site that may use the proxy is one that is trusted with its own name.
  const known = new Set([...(hosts ?? []), ...origins.map((origin) => hostIn(new URL(origin).host))]);
  let silent = false;

  /** @param {Request} request */
  return ({ headers, url }) => {
    // Hosts without the header, and frameworks that call by themselves, have it in the address alone.
    const host = hostIn(headers.get("host") ?? new URL(url).host);
    if (host === undefined) throw new Refusal(400, "BAD_REQUEST", "header.host: expected one host, such as app.example.com");
    if (known.has(host) || known.has("*") || (hosts === undefined && LOOPBACK.test(host))) return;
    const text = `${host} is not served here: name it in the hosts option of createProxy`;
    if (!silent) told(text);
    silent = true;
    throw new Refusal(421, "MISDIRECTED_REQUEST", text);
  };
}
