// @ts-check
// The host's TextDecoder and TextEncoder for the generated glue, which makes its own as soon as it is loaded. These make the
// host's at the first use, so that the package also loads where there are none: what is missing is said then (runtime.js).

/** @type {any} */
const host = globalThis;

export class TextDecoder {
  /** @param {...unknown} given */
  constructor(...given) {
    this.given = given;
    /** @type {globalThis.TextDecoder | undefined} */
    this.real = undefined;
  }

  /** @param {Uint8Array} [bytes] */
  decode(bytes) {
    // The glue decodes nothing to begin with.
    if (bytes === undefined) return "";
    this.real ??= /** @type {globalThis.TextDecoder} */ (new host.TextDecoder(...this.given));
    return this.real.decode(bytes);
  }
}

export class TextEncoder {
  constructor() {
    /** @type {globalThis.TextEncoder | undefined} */
    this.real = undefined;
  }

  /** @param {string} text */
  encode(text) {
    this.real ??= /** @type {globalThis.TextEncoder} */ (new host.TextEncoder());
    return this.real.encode(text);
  }

  /**
   * @param {string} text
   * @param {Uint8Array} into
   */
  encodeInto(text, into) {
    this.real ??= /** @type {globalThis.TextEncoder} */ (new host.TextEncoder());
    return this.real.encodeInto(text, into);
  }
}
