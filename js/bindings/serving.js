// Builds the object that the sandbox returns to a server in front of it.

/**
 * @param {number} status
 * @param {number} delayMs
 * @param {boolean} changed
 * @param {string} headers
 * @param {Uint8Array} body a view of memory that is reused
 */
export function reply(status, delayMs, changed, headers, body) {
  return { status, delayMs, changed, headers, body: body.slice() };
}
