// @ts-check
// TextDecoder and TextEncoder for the glue of wasm-bindgen, which constructs both when it is loaded. These create the host's at
// the first use, so that the package loads in runtimes without them; instantiate.js then reports them as missing.

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
    // The glue calls decode() without bytes when it is loaded.
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
