// @ts-check
// The contract's files as text that grows: every edit inserts, so that each character that stands there stays, comments too.
// Positions come from the parser of the package yaml.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { read, write } from "../tools.mjs";

/** @import { Pair, YAMLMap, YAMLSeq } from "yaml" */

/** Where a node's own text ends; the parser counts the blank lines behind it, too. @param {any} node @returns {number} */
function endOf(node) {
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) {
    const last = /** @type {any} */ (node.items.at(-1));
    return endOf(isMap(node) ? (last.value ?? last.key) : last);
  }
  return node.range[1];
}

/** @param {string} text @param {number} offset */
const lineStart = (text, offset) => text.lastIndexOf("\n", offset - 1) + 1;

/** @param {string} text @param {number} offset */
function lineEnd(text, offset) {
  // Behind a block of text, the offset is that of the next line.
  while (offset > 0 && /\s/.test(text.charAt(offset - 1))) offset--;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

export class File {
  /** @type {{ offset: number, text: string }[]} */
  #edits = [];

  /** @param {string} path @param {string} text */
  constructor(path, text) {
    this.path = path;
    this.text = text;
    this.root = /** @type {YAMLMap} */ (parseDocument(text).contents);
  }

  /** A value below the root. @param {string[]} path @returns {any} */
  node(path) {
    return this.root.getIn(path, true);
  }

  /** @param {number} offset @param {string} text */
  #insert(offset, text) {
    this.#edits.push({ offset, text });
  }

  /**
   * Inserts a member into a map, behind those that are named, or first.
   *
   * @param {YAMLMap} map
   * @param {(indent: string) => string[]} lines the member on lines of its own
   * @param {string} inline the same, on one line
   * @param {string[]} before names of the members that stand before it
   */
  member(map, lines, inline, before) {
    const pairs = /** @type {Pair<any, any>[]} */ (map.items);
    const previous = pairs.filter(({ key }) => before.includes(String(key.value))).at(-1);
    const anchor = previous ?? pairs.at(0);
    if (map.flow) {
      if (previous) this.#insert(previous.value.range[1], `, ${inline}`);
      else this.#insert(/** @type {any} */ (map).range[0] + 1, anchor ? ` ${inline},` : ` ${inline} `);
      return;
    }
    if (anchor === undefined) throw new Error(`${this.path}: a map without members`);
    const start = lineStart(this.text, anchor.key.range[0]);
    const text = lines(" ".repeat(anchor.key.range[0] - start)).join("\n");
    if (previous) this.#insert(lineEnd(this.text, endOf(previous.value ?? previous.key)), `\n${text}`);
    else this.#insert(start, `${text}\n`);
  }

  /**
   * Appends values to a list: on lines of their own where the list has several lines, else on its line.
   *
   * @param {YAMLSeq} list
   * @param {string[]} values as YAML
   */
  values(list, values) {
    const items = /** @type {any[]} */ (list.items);
    const last = items.at(-1);
    if (last === undefined) throw new Error(`${this.path}: an empty list`);
    if (!list.flow) {
      const start = lineStart(this.text, last.range[0]);
      const indent = this.text.slice(start, last.range[0]);
      this.#insert(lineEnd(this.text, endOf(last)), values.map((value) => `\n${indent}${value}`).join(""));
      return;
    }
    const broken = items.findLast((item) => /^,[^\S\n]*\n/.test(this.text.slice(item.range[1])));
    if (broken === undefined) this.#insert(last.range[1], values.map((value) => `, ${value}`).join(""));
    else {
      const start = this.text.indexOf("\n", broken.range[1]);
      const indent = /^\n(\s*)/.exec(this.text.slice(start))?.[1] ?? "";
      this.#insert(start, values.map((value) => `\n${indent}${value},`).join(""));
    }
  }

  /** Appends lines to the file's text. @param {string[]} lines */
  append(lines) {
    this.#insert(this.text.length, `${lines.join("\n")}\n`);
  }

  /** The text with all that was inserted, what was first in front. */
  edited() {
    let out = this.text;
    const edits = this.#edits.map((edit, index) => ({ ...edit, index })).sort((a, b) => b.offset - a.offset || b.index - a.index);
    for (const { offset, text } of edits) out = out.slice(0, offset) + text + out.slice(offset);
    return out;
  }
}

export class Files {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.all = readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => new File(name, read(join(folder, name))));
  }

  /** @param {string} name without its ending @param {string} text */
  create(name, text) {
    const path = `${name}.yaml`;
    if (existsSync(join(this.folder, path))) throw new Error(`${path} is there already`);
    const file = new File(path, text);
    this.all.push(file);
    return file;
  }

  /** The file that has a member in one of its parts. @param {"operations" | "schemas" | "parameters"} part @param {string} name */
  having(part, name) {
    return this.all.find((file) => file.root.hasIn([part, name]));
  }

  /** Writes what has changed. */
  write() {
    for (const file of this.all) write(join(this.folder, file.path), file.edited());
  }
}
