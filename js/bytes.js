// @ts-check
// A buffer for bytes that arrive in pieces. Pieces are copied into blocks: a piece of one byte would otherwise keep the whole
// buffer alive that it is a view of.

/** The size of the first block; each later block is twice as long as the one before. */
const FIRST_BYTES = 1024;
/** The largest size of a block: the unused end of the last block is wasted. */
const MOST_BYTES = 64 * 1024;

export class Bytes {
  /** @type {Uint8Array[]} */
  #blocks = [];
  /** The number of bytes used in the last block. */
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

  /** Gives all bytes as one array, and empties the buffer. */
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
