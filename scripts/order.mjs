// @ts-check
// The order of a module's functions in which it compresses best: each beside the one that it is most like. 1 % of all.
import { functionBodies, functionNames, holdsNames, join, leb, sections } from "./sections.mjs";

/** What two functions may share: so many bytes in a row. */
const PIECE = 4;

/** @param {Buffer} body */
const pieces = (body) => new Set(Array.from({ length: Math.max(0, body.length - PIECE + 1) }, (_, at) => body.readUInt32LE(at)));

/**
 * How like two functions are, from 0 to 1.
 *
 * @param {Set<number>} one
 * @param {Set<number>} other
 */
function likeness(one, other) {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const piece of few) if (many.has(piece)) shared += 1;
  return shared / Math.sqrt((few.size + 1) * (many.size + 1));
}

/**
 * The names of a module's functions, in the order.
 *
 * @param {Buffer} wasm with names
 */
export function order(wasm) {
  const names = functionNames(wasm);
  const left = new Map([...functionBodies(wasm)].sort(([, a], [, b]) => a.length - b.length).map(([index, body]) => [index, pieces(body)]));
  const ordered = [];
  /** @type {number | undefined} */
  let next = left.keys().next().value;
  while (next !== undefined) {
    ordered.push(names.get(next) ?? "");
    const last = left.get(next) ?? new Set();
    left.delete(next);
    next = undefined;
    let most = -1;
    for (const [index, own] of left) {
      const like = likeness(last, own);
      if (like > most) [next, most] = [index, like];
    }
  }
  return ordered;
}

/**
 * Renames the functions, so that in the order of their names they are in this one.
 *
 * @param {Buffer} wasm with names
 * @param {string[]} ordered
 */
export function rename(wasm, ordered) {
  const places = new Map(ordered.map((name, place) => [name, place]));
  const names = [...functionNames(wasm)].map(([index, name]) => {
    const text = Buffer.from(`${String(places.get(name) ?? 0).padStart(5, "0")} ${name}`);
    return [...leb(index), ...leb(text.length), ...text];
  });
  const list = Buffer.from([...leb(names.length), ...names.flat()]);
  const content = Buffer.concat([Buffer.from([4, ...Buffer.from("name"), 1, ...leb(list.length)]), list]);
  return join([...sections(wasm).filter((section) => !holdsNames(section)), { id: 0, content }]);
}
