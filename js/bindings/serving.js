// What the sandbox hands to a server in front of it.

/**
 * @param {number} status
 * @param {number} delayMs
 * @param {boolean} changed
 * @param {string} headers
 * @param {Uint8Array} body a view of memory that is used again
 */
export function reply(status, delayMs, changed, headers, body) {
  return { status, delayMs, changed, headers, body: body.slice() };
}
