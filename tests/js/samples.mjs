// @ts-check
// Generates values from the schemas of openapi.json: valid ones, and invalid ones that violate one constraint each. It supports
// every schema that the contract may have, so a new operation needs nothing here. Source: pkg/dist/openapi.json.
import assert from "node:assert/strict";

/** @typedef {Record<string, any>} Json */
/** @typedef {(string | number)[]} Path */

/**
 * A value that breaks one constraint, the constraint, and where the issue must stand. `exact`: it stands nowhere else.
 *
 * @typedef {{ value: unknown, constraint: string, path: Path, exact: boolean }} Wrong
 */

/** Right values of the formats. A format that is not listed here binds nothing. @type {Record<string, string>} */
const FORMATS = {
  uuid: "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f",
  "date-time": "2026-03-01T12:00:00Z",
  date: "2026-03-01",
  address: "10.0.0.0/8",
  email: "someone@example.com",
  hostname: "db.example.com",
  uri: "https://example.com/a",
  boolean: "true",
  sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
};

/** Texts of which some break a pattern. */
const TEXTS = ["", " ", "!", "é", "abcdefgh1234", "ABCDEFGH1234", "Abcdefghijkl", "a b"];

/** A text that a regular expression matches; of the few constructs that the contract's patterns have. @param {string} pattern */
function matching(pattern) {
  let at = 0;
  const alternatives = () => {
    const first = sequence();
    while (pattern[at] === "|") {
      at += 1;
      sequence();
    }
    return first;
  };
  const sequence = () => {
    let text = "";
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") {
      const one = atom();
      const [counted, least] = /^\{(\d+)(?:,\d*)?\}/.exec(pattern.slice(at)) ?? [];
      if (counted !== undefined) at += counted.length;
      else if ("*+?".includes(pattern[at] ?? "-")) at += 1;
      text += one.repeat(Math.max(1, Number(least ?? 1)));
    }
    return text;
  };
  const atom = () => {
    const sign = pattern[at++] ?? "";
    if (sign === "^" || sign === "$") return "";
    if (sign === "(") {
      if (pattern.startsWith("?:", at)) at += 2;
      const text = alternatives();
      at += 1;
      return text;
    }
    if (sign === "[") {
      const end = pattern.indexOf("]", at + 1);
      const inside = pattern.slice(at, end);
      at = end + 1;
      return (
        Array.from({ length: 95 }, (_, code) => String.fromCharCode(code + 32)).find(
          (one) => new RegExp(`[${inside}]`).test(one) && /\w/.test(one),
        ) ??
        inside[0] ??
        ""
      );
    }
    if (sign === "\\") return { d: "0", w: "a", S: "a", s: " " }[pattern[at++] ?? ""] ?? pattern[at - 1] ?? "";
    return sign === "." ? "a" : sign;
  };
  return alternatives();
}

/** @param {Json} document openapi.json */
export function samples(document) {
  /** @param {Json} schema @returns {Json} */
  const resolved = (schema) => {
    if ("$ref" in schema) return resolved(document.components.schemas[schema.$ref.split("/").at(-1)]);
    if (!("allOf" in schema)) return schema;
    // Objects are joined; strings must match every pattern.
    const { allOf, ...own } = schema;
    const parts = [own, ...allOf.map(resolved)];
    return {
      ...Object.assign({}, ...parts),
      properties: parts.some(({ properties }) => properties) ? Object.assign({}, ...parts.map(({ properties }) => properties)) : undefined,
      required: parts.flatMap(({ required }) => required ?? []),
      patterns: parts.flatMap(({ pattern }) => pattern ?? []),
    };
  };

  /** The variants of a union without `null`; one type a variant where there are several. @param {Json} schema @returns {Json[] | undefined} */
  function variants(schema) {
    const all = schema.oneOf ?? schema.anyOf;
    if (all !== undefined) return all.filter((/** @type {Json} */ one) => one.type !== "null");
    if (!Array.isArray(schema.type)) return undefined;
    return schema.type
      .filter((type) => type !== "null")
      .map((type) => ({ ...schema, type, enum: schema.enum?.filter((/** @type {unknown} */ value) => value !== null) }));
  }

  /** @param {Json} schema @returns {boolean} */
  function nullable(schema) {
    const whole = resolved(schema);
    if (Array.isArray(whole.type)) return whole.type.includes("null");
    if (whole.type === "null" || whole.enum?.includes(null)) return true;
    return (whole.oneOf ?? whole.anyOf ?? []).some((/** @type {Json} */ one) => one.type === "null" || nullable(one));
  }

  /** @param {Json} schema */
  const typeOf = (schema) =>
    schema.type ??
    (schema.properties || schema.additionalProperties
      ? "object"
      : schema.enum || "const" in schema || schema.pattern
        ? "string"
        : undefined);
  /** @param {Json} schema @returns {string[]} */
  const patterns = (schema) => schema.patterns ?? (schema.pattern === undefined ? [] : [schema.pattern]);

  /** @param {Json} schema @param {string} text */
  const fitsText = (schema, text) =>
    [...text].length >= (schema.minLength ?? 0) &&
    [...text].length <= (schema.maxLength ?? Infinity) &&
    patterns(schema).every((one) => new RegExp(one, "u").test(text));

  /** @param {Json} schema */
  function text(schema) {
    const format = FORMATS[schema.format];
    let made = format ?? (patterns(schema).length === 0 ? "text" : patterns(schema).map(matching).join(""));
    if (format === undefined) {
      made = made.slice(0, schema.maxLength).padEnd(schema.minLength ?? 0, made.at(-1) ?? "a");
    }
    assert.ok(fitsText(schema, made), `${made} does not fit ${JSON.stringify(schema)}`);
    return made;
  }

  /** Right numbers: the least and a greater one. @param {Json} schema @returns {[number, number]} */
  function numbers({ type, minimum, exclusiveMinimum, maximum = Infinity, multipleOf = type === "integer" ? 1 : 0.5 }) {
    const above =
      exclusiveMinimum === undefined
        ? (minimum ?? Math.min(0, maximum))
        : exclusiveMinimum + Math.min(multipleOf, (maximum - exclusiveMinimum) / 4 || 1);
    const rounded = Math.ceil(above / multipleOf) * multipleOf;
    const least = rounded > (exclusiveMinimum ?? -Infinity) ? rounded : rounded + multipleOf;
    return least > maximum ? [above, above] : [least, least + multipleOf <= maximum ? least + multipleOf : least];
  }
  /** The properties that a rule or the schema asks for beside those that stand. @param {Json} schema @param {Json} object @param {string[]} fixed @param {boolean} request */
  function repair(schema, object, fixed, request) {
    const add = (/** @type {string} */ name) => {
      if (!(name in object)) object[name] = sample(schema.properties[name], request);
    };
    if (!request) return object;
    if (Object.keys(object).length < (schema.minProperties ?? 0)) {
      Object.keys(schema.properties ?? {})
        .slice(0, schema.minProperties)
        .forEach(add);
    }
    for (const rule of schema["x-rules"] ?? []) {
      const { atLeastOne, atMostOne } = rule;
      if (atLeastOne && !atLeastOne.some((/** @type {string} */ name) => object[name] !== undefined && object[name] !== null)) {
        const name = atLeastOne.find((/** @type {string} */ one) => !fixed.includes(one));
        if (name !== undefined) object[name] = sample(schema.properties[name], request);
      }
      if (atMostOne) {
        const standing = atMostOne.filter((/** @type {string} */ name) => name in object);
        const kept = standing.find((/** @type {string} */ name) => fixed.includes(name)) ?? standing[0];
        for (const name of standing) if (name !== kept && !fixed.includes(name)) delete object[name];
      }
    }
    for (const [name, needed] of Object.entries(schema.dependentRequired ?? {})) {
      if (name in object) needed.filter((/** @type {string} */ one) => !fixed.includes(one)).forEach(add);
    }
    return object;
  }

  /**
   * An object with the required properties and `more`.
   *
   * @param {Json} schema
   * @param {Json} more
   * @param {boolean} request
   * @returns {Json}
   */
  function objectOf(schema, more, request) {
    /** @type {Json} */
    const object = {};
    for (const name of schema.required ?? []) if (!(name in more)) object[name] = sample(schema.properties[name], request);
    return repair(schema, { ...object, ...more }, Object.keys(more), request);
  }

  /**
   * A valid value with only the required properties.
   *
   * @param {Json} schema
   * @param {boolean} request
   * @returns {any}
   */
  function sample(schema, request = true) {
    const whole = resolved(schema);
    const [first] = variants(whole) ?? [];
    if (first !== undefined) return sample(first, request);
    if ("const" in whole) return whole.const;
    if (whole.enum) return whole.enum.find((/** @type {unknown} */ value) => value !== null);
    switch (typeOf(whole)) {
      case "string":
        return text(whole);
      case "integer":
      case "number":
        return numbers(whole)[0];
      case "boolean":
        return true;
      case "null":
        return null;
      case "array":
        return Array.from({ length: Math.max(whole.minItems ?? 0, recursive(whole.items) ? 0 : 1) }, () => sample(whole.items, request));
      case "object": {
        const object = objectOf(whole, {}, request);
        const { additionalProperties: other } = whole;
        if (Object.keys(object).length < (whole.minProperties ?? 0) && typeof other === "object") object.other = sample(other, request);
        return object;
      }
      default:
        return "anything";
    }
  }

  /** Whether an object needs another one of its kind. @param {Json} schema @param {Json[]} above @returns {boolean} */
  function recursive(schema, above = []) {
    const whole = resolved(schema);
    if (above.includes(whole)) return true;
    const inner = [
      ...(variants(whole) ?? []),
      ...(whole.items ? [whole.items] : []),
      ...(whole.required ?? []).map((/** @type {string} */ name) => whole.properties[name]),
    ];
    return inner.some((one) => recursive(one, [...above, whole]));
  }

  /**
   * A right value with every property that may stand beside the others, as far down as no schema stands in itself.
   *
   * @param {Json} schema
   * @param {boolean} request
   * @param {Json[]} above
   * @returns {any}
   */
  function full(schema, request, above = []) {
    const whole = resolved(schema);
    const inside = [...above, whole];
    const options = variants(whole);
    if (options) return full(options[0] ?? {}, request, above);
    if (typeOf(whole) === "array" && whole.items)
      return recursive(whole.items, above)
        ? []
        : Array.from({ length: Math.max(1, whole.minItems ?? 0) }, () => full(whole.items, request, inside));
    if (typeOf(whole) !== "object") return sample(whole, request);
    /** @type {Json} */
    const object = {};
    for (const [name, property] of Object.entries(whole.properties ?? {})) {
      if (above.includes(resolved(property)) || resolved(property) === whole) continue;
      object[name] = full(property, request, inside);
    }
    if (typeof whole.additionalProperties === "object") object.other = full(whole.additionalProperties, request, inside);
    if (!request) return object;
    for (const rule of whole["x-rules"] ?? []) {
      const standing = (rule.atMostOne ?? []).filter((/** @type {string} */ name) => name in object);
      for (const name of standing.slice(1)) delete object[name];
      if (rule.absentWhen && object[rule.absentWhen.property] === rule.absentWhen.equals)
        for (const name of rule.absentWhen.absent) delete object[name];
    }
    for (const [name, needed] of Object.entries(whole.dependentRequired ?? {})) {
      if (needed.some((/** @type {string} */ one) => !(one in object))) delete object[name];
    }
    return object;
  }

  /** The property whose values tell the variants of a union apart. @param {Json[]} all */
  function discriminator(all) {
    const objects = all.map(objectsOf);
    if (objects.length < 2 || objects.some((one) => one.length === 0)) return undefined;
    return Object.keys(objects[0]?.[0]?.properties ?? {}).find((name) => {
      const values = objects.map((one) => new Set(one.flatMap(({ properties }) => closed(properties[name]))));
      const every = values.flatMap((one) => [...one]);
      return (
        objects.every((one) => one.every(({ properties }) => closed(properties[name]).length > 0)) && new Set(every).size === every.length
      );
    });
  }
  /** @param {Json | undefined} schema @returns {unknown[]} */
  const closed = (schema) => {
    if (schema === undefined) return [];
    const whole = resolved(schema);
    if (whole["x-open-enum"]) return [];
    return whole.enum ?? ("const" in whole ? [whole.const] : []);
  };
  /** @param {Json} schema @returns {Json[]} */
  const objectsOf = (schema) => {
    const whole = resolved(schema);
    return variants(whole)?.flatMap(objectsOf) ?? (whole.properties ? [whole] : []);
  };

  /**
   * Values that break one constraint each: those of the schema, and of all that stands in it.
   *
   * @param {Json} schema
   * @param {{ request: boolean, path: Path }} where
   * @param {(value: unknown) => unknown} build the whole value around one of this schema
   * @param {{ exact: boolean, above: Json[] }} state
   * @returns {Generator<Wrong>}
   */
  function* breaks(schema, where, build, { exact, above } = { exact: true, above: [] }) {
    const { request, path } = where;
    const whole = resolved(schema);
    /** @param {string} constraint @param {unknown} value @param {Path} [at] */
    const wrong = (constraint, value, at = []) => ({ value: build(value), constraint, path: [...path, ...at], exact });
    const options = variants(whole);
    if (options !== undefined) {
      if (options.length > 1 && discriminator(options) === undefined) {
        // Another variant may take what breaks one: only a value that none takes is wrong for certain.
        const types = new Set(options.map((one) => typeOf(resolved(one)) ?? "object"));
        if (!types.has("boolean")) yield wrong("type", false);
        return;
      }
      const name = discriminator(options) ?? "";
      for (const one of options) {
        // Where the discriminator may be absent, another variant might take the value.
        const absent = objectsOf(one).every(({ required }) => !required?.includes(name));
        const told = name !== "" && absent ? { [name]: closed(objectsOf(one)[0]?.properties[name])[0] } : {};
        const named = (/** @type {unknown} */ value) =>
          build(typeof value === "object" && value !== null && !Array.isArray(value) ? { ...told, ...value } : value);
        yield* breaks(one, where, named, { exact, above });
      }
      if (options.length > 1 && request) {
        yield wrong("discriminator", { ...sample(options[0] ?? {}), [name]: "NO-SUCH-VARIANT" }, [name]);
      }
      return;
    }
    if (above.includes(whole)) return;
    const type = typeOf(whole);
    if (type === undefined) return;
    if (!nullable(schema) && !nullable(whole) && above.length + path.length > 0) yield wrong("type", type === "boolean" ? "yes" : true);
    const values = whole.enum ?? ("const" in whole ? [whole.const] : undefined);
    if (values !== undefined) {
      if (request && !whole["x-open-enum"]) yield wrong("enum", type === "string" ? "NO-SUCH-VALUE" : -987654321);
      return;
    }
    if (type === "string") yield* brokenTexts(whole, request, wrong);
    if (request && (type === "integer" || type === "number")) yield* brokenNumbers(whole, wrong);
    if (type === "integer" && request) yield wrong("type", 1.5 + (whole.minimum ?? 0));
    const inside = { exact, above: [...above, whole] };
    if (type === "array") {
      const one = sample(whole.items, request);
      const padding = Math.max(0, (whole.minItems ?? 0) - 1);
      yield* breaks(whole.items, { request, path: [...path, 0] }, (value) => build([value, ...Array(padding).fill(one)]), inside);
      if (!request) return;
      if (whole.minItems > 0) yield wrong("minItems", Array(whole.minItems - 1).fill(one));
      if (whole.maxItems !== undefined && !whole.uniqueItems) yield wrong("maxItems", Array(whole.maxItems + 1).fill(one));
      if (whole.uniqueItems) yield wrong("uniqueItems", [one, one], [1]);
    }
    if (type === "object") yield* brokenObjects(whole, where, build, wrong, inside);
  }

  /**
   * Right values with a text planted in one secret place each: in every place, of every variant.
   *
   * @param {Json} schema
   * @param {boolean} request
   * @param {(schema: Json) => unknown} plant the text for a schema of a string
   * @param {(value: unknown) => unknown} build the whole value around one of this schema
   * @param {{ secret: boolean, above: Json[] }} state
   * @returns {Generator<unknown>}
   */
  function* secrets(schema, request, plant, build = (value) => value, { secret, above } = { secret: false, above: [] }) {
    const whole = resolved(schema);
    if (above.includes(whole)) return;
    const inside = { secret: secret || schema["x-secret"] === true || whole["x-secret"] === true, above: [...above, whole] };
    const options = variants(whole);
    if (options !== undefined) {
      for (const one of options) yield* secrets(one, request, plant, build, inside);
      return;
    }
    const type = typeOf(whole);
    if (type === "string" && inside.secret && whole.enum === undefined) yield build(plant(whole));
    if (type === "array") yield* secrets(whole.items, request, plant, (value) => build([value]), inside);
    if (type !== "object") return;
    for (const [name, property] of Object.entries(whole.properties ?? {})) {
      yield* secrets(property, request, plant, (value) => build(objectOf(whole, { [name]: value }, request)), inside);
    }
    if (typeof whole.additionalProperties === "object") {
      yield* secrets(
        whole.additionalProperties,
        request,
        plant,
        (value) => build({ ...objectOf(whole, {}, request), other: value }),
        inside,
      );
    }
  }

  /** @typedef {(constraint: string, value: unknown, at?: Path) => Wrong} Make */

  /** @param {Json} schema @param {boolean} request @param {Make} wrong */
  function* brokenTexts(schema, request, wrong) {
    const binds = request ? schema.format in FORMATS : ["uuid", "date-time"].includes(schema.format);
    if (binds) yield wrong("format", "?!");
    if (!request) return;
    if (schema.minLength > 0) yield wrong("minLength", "");
    if (schema.maxLength !== undefined) yield wrong("maxLength", text(schema).padEnd(schema.maxLength + 1, text(schema).at(-1)));
    if (schema.format in FORMATS) return;
    for (const pattern of patterns(schema)) {
      const others = patterns(schema).filter((one) => one !== pattern);
      const broken = TEXTS.map((one) => one.padEnd(schema.minLength ?? 0, one.at(-1) ?? " ")).find(
        (one) => !new RegExp(pattern, "u").test(one) && fitsText({ ...schema, patterns: others, pattern: undefined }, one),
      );
      if (broken !== undefined) yield wrong("pattern", broken);
    }
  }

  /** @param {Json} schema @param {Make} wrong */
  function* brokenNumbers({ type, minimum, exclusiveMinimum, maximum, multipleOf }, wrong) {
    const step = multipleOf ?? 1;
    if (minimum !== undefined) yield wrong("minimum", minimum - step);
    if (exclusiveMinimum !== undefined) yield wrong("exclusiveMinimum", exclusiveMinimum);
    if (maximum !== undefined) yield wrong("maximum", maximum + step);
    if (multipleOf !== undefined && multipleOf !== 1) yield wrong("multipleOf", (minimum ?? 0) + (type === "integer" ? 1 : multipleOf / 2));
  }

  /** @param {Json} schema @param {{ request: boolean, path: Path }} where @param {(value: unknown) => unknown} build @param {Make} wrong @param {{ exact: boolean, above: Json[] }} inside @returns {Generator<Wrong>} */
  function* brokenObjects(schema, { request, path }, build, wrong, inside) {
    // What breaks a number may break a rule between it and another one, too.
    const bound = (schema["x-rules"] ?? []).flatMap((/** @type {Json} */ { ordered, equalWhen }) => [
      ...(ordered ?? []),
      ...(equalWhen?.equal ?? []),
    ]);
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const state = { ...inside, exact: inside.exact && !bound.includes(name) };
      yield* breaks(property, { request, path: [...path, name] }, (value) => build(objectOf(schema, { [name]: value }, request)), state);
    }
    for (const name of schema.required ?? []) {
      const object = objectOf(schema, {}, request);
      delete object[name];
      yield { ...wrong("required", object, [name]), exact: false };
    }
    const { additionalProperties: other } = schema;
    if (typeof other === "object") {
      yield* breaks(
        other,
        { request, path: [...path, "other"] },
        (value) => build({ ...objectOf(schema, {}, request), other: value }),
        inside,
      );
    }
    if (!request) return;
    if (other === undefined || other === false)
      yield wrong("additionalProperties", { ...sample(schema), noSuchProperty: 1 }, ["noSuchProperty"]);
    if (schema.minProperties > 0 && (schema.required ?? []).length === 0) yield { ...wrong("minProperties", {}), exact: false };
    if (schema.maxProperties !== undefined && typeof other === "object") {
      yield wrong(
        "maxProperties",
        Object.fromEntries(Array.from({ length: schema.maxProperties + 1 }, (_, index) => [`other${index}`, sample(other)])),
      );
    }
    for (const [name, needed] of Object.entries(schema.dependentRequired ?? {})) {
      for (const one of needed) {
        const object = objectOf(schema, { [name]: sample(schema.properties[name]) }, true);
        delete object[one];
        yield { ...wrong("dependentRequired", object, [one]), exact: false };
      }
    }
    for (const rule of schema["x-rules"] ?? []) {
      for (const one of brokenRules(schema, rule)) {
        const { constraint, object, at } = one;
        yield { ...wrong(`x-rules ${constraint}`, { ...objectOf(schema, object, true), ...object }, at), exact: false };
      }
    }
  }

  /** @param {Json} schema @param {Json} rule @returns {Generator<{ constraint: string, object: Json, at: Path }>} */
  function* brokenRules({ properties }, rule) {
    const { ordered, atMostOne, atLeastOne, absentWhen, notAllEmpty, equalWhen } = rule;
    /** @param {string[]} names */
    const all = (names) => Object.fromEntries(names.map((name) => [name, sample(properties[name])]));
    /** The first is the greater one. @param {string[]} names */
    const unequal = ([more = "", less = ""]) => ({
      [more]: numbers(resolved(properties[more]))[1],
      [less]: numbers(resolved(properties[less]))[0],
    });
    if (ordered) yield { constraint: "ordered", object: unequal(ordered), at: [ordered[0]] };
    if (atMostOne) {
      for (const name of atMostOne.slice(1)) yield { constraint: "atMostOne", object: all([atMostOne[0], name]), at: [name] };
    }
    if (atLeastOne)
      yield {
        constraint: "atLeastOne",
        object: Object.fromEntries(atLeastOne.map((/** @type {string} */ name) => [name, undefined])),
        at: [atLeastOne[0]],
      };
    if (absentWhen) {
      const { property, equals, absent } = absentWhen;
      for (const name of absent) yield { constraint: "absentWhen", object: { ...all([name]), [property]: equals }, at: [name] };
    }
    if (notAllEmpty)
      yield { constraint: "notAllEmpty", object: Object.fromEntries(notAllEmpty.map((/** @type {string} */ name) => [name, []])), at: [] };
    if (equalWhen) {
      const { property, equals, orDiffer, equal } = equalWhen;
      const [low, high] = equal;
      yield { constraint: "equalWhen", object: { ...unequal([high, low]), [property]: equals }, at: [low] };
      yield { constraint: "equalWhen orDiffer", object: { ...unequal([high, low]), ...unequal([...orDiffer].reverse()) }, at: [low] };
    }
  }

  return { sample, full, breaks, secrets, resolved };
}
