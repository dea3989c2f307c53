// @ts-check
// The binary form of a wasm module, as far as the scripts read and write it: sections, function bodies, names.

/** What their ids say. */
export const TITLES = "custom type import function table memory global export start element code data datacount".split(" ");

/** A number as unsigned LEB128. @param {number} value @returns {number[]} */
export const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);

/** Reads bytes one after the other. */
export class Reader {
  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.left = bytes;
  }

  /** @param {number} length */
  bytes(length) {
    const bytes = this.left.subarray(0, length);
    this.left = this.left.subarray(length);
    return bytes;
  }

  byte() {
    return this.bytes(1)[0] ?? 0;
  }

  /** An unsigned LEB128 number. */
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  text() {
    return this.bytes(this.number()).toString();
  }

  /** As many as the number says that comes next. @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: this.number() }, read);
  }
}

/**
 * @param {Buffer} wasm
 * @returns {{ id: number, content: Buffer }[]}
 */
export function sections(wasm) {
  const reader = new Reader(wasm.subarray(8));
  const all = [];
  while (reader.left.length > 0) all.push({ id: reader.byte(), content: reader.bytes(reader.number()) });
  return all;
}

/** A module of sections. @param {{ id: number, content: Uint8Array }[]} sections */
export function join(sections) {
  const magic = Buffer.from("\0asm\x01\0\0\0", "latin1");
  return Buffer.concat([magic, ...sections.flatMap(({ id, content }) => [Buffer.from([id, ...leb(content.length)]), content])]);
}

/** Whether a section holds the names. @param {{ id: number, content: Buffer }} section */
export const holdsNames = ({ id, content }) => id === 0 && new Reader(content).text() === "name";

/** The functions' names by index. @param {Buffer} wasm @returns {Map<number, string>} */
export function functionNames(wasm) {
  const section = sections(wasm).find(holdsNames);
  const reader = new Reader(section?.content ?? Buffer.alloc(0));
  reader.text();
  while (reader.left.length > 0) {
    const part = reader.byte();
    const content = new Reader(reader.bytes(reader.number()));
    if (part === 1) return new Map(content.list(() => [content.number(), content.text()]));
  }
  return new Map();
}

/** The functions' bodies by index: those that are imported have none. @param {Buffer} wasm @returns {Map<number, Buffer>} */
export function functionBodies(wasm) {
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(wasm))).filter(({ kind }) => kind === "function").length;
  const reader = new Reader(sections(wasm).find(({ id }) => TITLES[id] === "code")?.content ?? Buffer.alloc(0));
  return new Map(reader.list(() => reader.bytes(reader.number())).map((body, index) => [imported + index, body]));
}
