// What the sandbox hands to a server in front of it.

/**
 * @param {number} status
 * @param {number} delayMs
 * @param {string} headers
 * @param {Uint8Array} body a view of memory that is used again
 */
export function reply(status, delayMs, headers, body) {
  return { status, delayMs, headers, body: body.slice() };
}
