// @ts-check
// Bytes that come in pieces. They are copied into blocks of our own: a piece may be one byte, and still hold on to the whole
// buffer that it was cut from.

/** The first block has so many bytes, each later one twice as many as the one before. */
const FIRST_BYTES = 1024;
/** But no more than so many: what is not filled is lost. */
const MOST_BYTES = 64 * 1024;

export class Bytes {
  /** @type {Uint8Array[]} */
  #blocks = [];
  /** How much of the last block is filled. */
  #filled = 0;
  length = 0;

  /** @param {Uint8Array} piece */
  add(piece) {
    for (let from = 0; from < piece.length; ) {
      let block = this.#blocks.at(-1);
      if (block === undefined || this.#filled === block.length) {
        block = new Uint8Array(Math.min(Math.max(FIRST_BYTES, 2 * (block?.length ?? 0)), MOST_BYTES));
        this.#blocks.push(block);
        this.#filled = 0;
      }
      const part = piece.subarray(from, from + block.length - this.#filled);
      block.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
    }
    this.length += piece.length;
  }

  /** All of them in one piece; nothing is left here. */
  take() {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const block of this.#blocks) {
      whole.set(block.subarray(0, this.length - at), at);
      at += block.length;
    }
    this.clear();
    return whole;
  }

  clear() {
    this.#blocks = [];
    this.#filled = this.length = 0;
  }
}
