// @ts-check
// The hosts that requests may name: the loopback, the address of the server, and the names of `--allow-host`.
//
// A page of any site can point its own name to this machine (DNS rebinding); its requests then come from this machine and
// carry that name. So unknown names are refused.
import { isIP } from "node:net";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const ANYWHERE = new Set(["0.0.0.0", "::"]);

/**
 * Whether a server on this host is reachable from this machine only.
 *
 * @param {string} host as it was given
 */
export const isLoopback = (host) => /^(?:localhost|127\.[\d.]+|::1)$/i.test(host);

/**
 * The host of an authority such as `localhost:8080` or `[::1]:8080`, in lower case; undefined for a malformed one.
 *
 * @param {string} authority
 */
export function hostOf(authority) {
  const [, address, name] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]\\]+))(?::\d*)?$/i.exec(authority) ?? [];
  if (address !== undefined) return isIP(address) === 6 ? address.toLowerCase() : undefined;
  return name?.toLowerCase().replace(/\.$/, "");
}

/**
 * Whether requests for a host are served. A server that listens everywhere serves every address: DNS cannot point an address
 * elsewhere.
 *
 * @param {string} listening the host of the server
 * @param {string[]} allowed further names
 * @returns {(host: string) => boolean}
 */
export function served(listening, allowed) {
  const known = new Set([...LOOPBACK, listening.toLowerCase(), ...allowed]);
  return (host) => known.has(host) || (ANYWHERE.has(listening) && isIP(host) !== 0);
}

/**
 * A check of each request: returns a host of it that is not served, false where it names none, several or a malformed one,
 * undefined where it may pass.
 *
 * @param {(host: string) => boolean} isServed
 * @returns {(request: import("node:http").IncomingMessage) => string | false | undefined}
 */
export function strangers(isServed) {
  // A client sends the same header each time.
  /** @type {string | undefined} */
  let usual;
  return (request) => {
    if (severalHosts(request.rawHeaders)) return false;
    const plain = request.url?.startsWith("/") ?? false;
    if (plain && usual !== undefined && request.headers.host === usual) return undefined;
    const hosts = named(request);
    if (hosts === undefined) return false;
    const stranger = hosts.find((host) => !isServed(host));
    if (plain && stranger === undefined) usual = request.headers.host;
    return stranger;
  };
}

/**
 * Whether there are several `host` headers. Node shows only the first one; a proxy in front may have used the other.
 *
 * @param {string[]} rawHeaders names and values in turn
 */
function severalHosts(rawHeaders) {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index].length === 4 && rawHeaders[index].toLowerCase() === "host") count += 1;
  }
  return count > 1;
}

/**
 * The hosts that a request names: by its header, and by its target, where that is an absolute URL. Undefined: one of them is
 * malformed or missing.
 *
 * @param {import("node:http").IncomingMessage} request
 * @returns {string[] | undefined}
 */
function named({ headers, httpVersionMajor: major, httpVersionMinor: minor, url = "/" }) {
  const authorities = [];
  if (headers.host !== undefined) authorities.push(headers.host);
  // HTTP/1.0 has no such header.
  else if (major === 1 && minor >= 1) return undefined;
  const absolute = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url);
  if (absolute !== null) authorities.push(absolute[1]);
  const hosts = authorities.map(hostOf);
  return hosts.every((host) => host !== undefined) ? /** @type {string[]} */ (hosts) : undefined;
}
