// @ts-check
// Whom a request is for. A page of any site can give its own name the address of this machine (DNS rebinding), and its
// requests then come from here and carry that name. So a name has to be one that the server was told of.
import { isIP } from "node:net";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);
const ANYWHERE = new Set(["0.0.0.0", "::"]);

/**
 * Whether only this machine reaches a server that listens there.
 *
 * @param {string} host as it was given
 */
export const isLoopback = (host) => /^(?:localhost|127\.[\d.]+|::1)$/i.test(host);

/**
 * The host in an authority such as `localhost:8080` or `[::1]:8080`, in lower case; undefined: it is none.
 *
 * @param {string} authority
 */
export function hostOf(authority) {
  const [, address, name] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]\\]+))(?::\d*)?$/i.exec(authority) ?? [];
  if (address !== undefined) return isIP(address) === 6 ? address.toLowerCase() : undefined;
  return name?.toLowerCase().replace(/\.$/, "");
}

/**
 * Whether requests for a host are served: those for the loopback, for where the server listens, and for the names that
 * it was told. Where it listens everywhere, for every address: an address cannot be given to somebody else.
 *
 * @param {string} listening
 * @param {string[]} told
 * @returns {(host: string) => boolean}
 */
export function served(listening, told) {
  const known = new Set([...LOOPBACK, listening.toLowerCase(), ...told]);
  return (host) => known.has(host) || (ANYWHERE.has(listening) && isIP(host) !== 0);
}

/**
 * What is asked of each request: the host that it names and that is not served; false: it names none, several, or not as it
 * should.
 *
 * @param {(host: string) => boolean} isServed
 * @returns {(request: import("node:http").IncomingMessage) => string | false | undefined}
 */
export function strangers(isServed) {
  // A client says the same each time.
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
 * Whether there are two headers that name the host. Node shows the first one only, something in front may have gone by the
 * other.
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
 * The hosts that a request names: by its header, and by its target, where that is a whole address. Undefined: one of
 * them is none.
 *
 * @param {import("node:http").IncomingMessage} request
 * @returns {string[] | undefined}
 */
function named({ headers, httpVersionMajor: major, httpVersionMinor: minor, url = "/" }) {
  const authorities = [];
  if (headers.host !== undefined) authorities.push(headers.host);
  // Before HTTP/1.1 there was no such header.
  else if (major === 1 && minor >= 1) return undefined;
  const absolute = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url);
  if (absolute !== null) authorities.push(absolute[1]);
  const hosts = authorities.map(hostOf);
  return hosts.every((host) => host !== undefined) ? /** @type {string[]} */ (hosts) : undefined;
}
