// @ts-check
// Inserts the differences that are new in the official document into the contract's files: operations, parameters of queries,
// properties, values of enums, and the schemas that these need.
import { isMap, isSeq } from "yaml";
import { refName } from "../drift/schema.mjs";
import { operationsOf } from "../document.mjs";
import { Files } from "./files.mjs";
import { kebab, nameOf, route } from "./names.mjs";
import { inline, lines, short } from "./words.mjs";

/** @import { Json } from "../drift/schema.mjs" */
/** @import { At, Difference } from "../drift/compare.mjs" */
/** @import { File } from "./files.mjs" */

/**
 * @param {string} folder of the contract
 * @param {Json} contract in full
 * @param {Json} document
 * @param {{ differences: Difference[], pairs: Map<string, string> }} report
 */
export function insert(folder, contract, document, { differences, pairs }) {
  const files = new Files(folder);
  /** @type {string[]} */
  const inserted = [];
  /** @type {Difference[]} */
  const left = [];
  /** New schemas by name, with the file that they go to. @type {Map<string, { value: Json, file: File }>} */
  const schemas = new Map();
  const known = operationsOf(contract).map(({ path, operation }) => ({ path, name: String(operation["x-name"]) }));
  const paths = Object.keys(document.paths);

  /**
   * Options of `short` for a place: names of schemas are those of the contract, or new ones that come with it.
   *
   * @param {"request" | "response"} direction
   * @param {File} file
   */
  const options = (direction, file) => ({ direction, named: (/** @type {string} */ name) => named(direction, name, file) });

  /** Would a schema differ between requests and results? @param {string} official @param {Set<string>} [seen] @returns {boolean} */
  function requires(official, seen = new Set()) {
    seen.add(official);
    const text = JSON.stringify(document.components.schemas[official] ?? {});
    const below = [...text.matchAll(/"\$ref":"[^"]*\/([^"/]+)"/g)].map(([, name = ""]) => name);
    return text.includes('"required":[') || below.some((name) => !seen.has(name) && requires(name, seen));
  }

  /** @type {(direction: "request" | "response", name: string, file: File) => string} */
  function named(direction, official, file) {
    const pair = `${direction} ${official}`;
    const found =
      pairs.get(pair) ?? (requires(official) ? undefined : pairs.get(`${direction === "request" ? "response" : "request"} ${official}`));
    if (found !== undefined) return found;
    const suffix = direction === "request" ? "Body" : "Result";
    let name = official;
    for (let count = 1; name in contract.components.schemas || schemas.has(name); count++)
      name = `${official}${suffix}${count > 1 ? count : ""}`;
    pairs.set(pair, name);
    return added(name, document.components.schemas[official], direction, file);
  }

  /** @param {string} name @param {Json} schema @param {"request" | "response"} direction @param {File} file */
  function added(name, schema, direction, file) {
    // Before its parts, which may lead back to it.
    const entry = { value: /** @type {Json} */ ({}), file };
    schemas.set(name, entry);
    const { description, ...rest } = short(name, schema, { ...options(direction, file), words: true });
    entry.value = { description, ...rest };
    inserted.push(`schema ${name} into ${file.path}`);
    return name;
  }

  /** The name for a body or a result; one without a name in the document gets that of its operation. @type {(schema: Json, fallback: string, direction: "request" | "response", file: File) => string} */
  function nameFor(schema, fallback, direction, file) {
    if (schema.type === "array") return `${nameFor(schema.items, `${fallback}Item`, direction, file)}[]`;
    const name = refName(schema);
    return name === undefined ? added(fallback, schema, direction, file) : named(direction, name, file);
  }

  /** The map of a schema in its file, from the place in the contract in full. @param {At} at @returns {{ file: File, node: any } | undefined} */
  function locate({ schema, steps }) {
    const file = schema === undefined ? undefined : files.having("schemas", schema);
    let node = file?.node(["schemas", schema ?? ""]);
    for (const step of steps) node = within(node, step);
    return file && isMap(node) ? { file, node } : undefined;
  }

  /** A member of a schema, or of one of the parts that it is joined of. @param {any} node @param {string} step @returns {any} */
  function within(node, step) {
    if (!isMap(node)) return undefined;
    if (node.has(step)) return node.get(step, true);
    for (const key of ["allOf", "oneOf", "anyOf"]) {
      const parts = node.get(key, true);
      const part = isSeq(parts) ? parts.items.find((one) => isMap(one) && one.has(step)) : undefined;
      if (part !== undefined) return within(part, step);
    }
    return undefined;
  }

  /** @param {Difference} difference @returns {boolean} was it inserted? */
  function property({ keyword, direction, nodes, place }) {
    const found = nodes && locate(nodes.at);
    const properties = found && within(found.node, "properties");
    if (!found || !nodes?.document || !isMap(properties)) return false;
    const name = keyword.slice("properties.".length);
    const value = short(name, nodes.document, options(direction, found.file));
    found.file.member(properties, (indent) => lines(name, value, indent), `${inline(name)}: ${inline(value)}`, nodes.before ?? []);
    inserted.push(`property ${place}.${name} into ${found.file.path}`);
    return true;
  }

  /** @param {Difference} difference */
  function values({ nodes, place, contract, document, marks }) {
    if (!Array.isArray(contract) || !Array.isArray(document)) return false;
    // Where the contract has other values on purpose, people decide.
    if (marks.some((mark) => "enum" in mark)) return false;
    const found = nodes && locate(nodes.at);
    const list = found && within(found.node, "enum");
    const fresh = document.filter((value) => !contract.includes(value));
    if (!found || !isSeq(list) || fresh.length === 0) return false;
    found.file.values(list, fresh.map(inline));
    inserted.push(`${fresh.length > 1 ? "values" : "value"} ${fresh.join(", ")} of ${place} into ${found.file.path}`);
    return fresh.length + contract.length === document.length;
  }

  /** @param {Json} parameter @param {File} file */
  const query = (parameter, file) => ({
    ...(parameter.required === true && { required: true }),
    ...short(parameter.name, parameter.schema ?? {}, options("request", file)),
  });

  /** @param {Difference} difference */
  function parameter({ nodes, place }) {
    const file = files.having("operations", place);
    const operation = file?.node(["operations", place]);
    const official = nodes?.document;
    if (!file || !official || official.in !== "query" || !isMap(operation)) return false;
    const map = operation.get("query", true);
    const value = query(official, file);
    if (isMap(map)) {
      const names = map.items.map(({ key }) => String(key));
      file.member(map, (indent) => lines(official.name, value, indent), `${inline(official.name)}: ${inline(value)}`, names);
    } else {
      const before = ["route", "id", "idempotency", "maturity", "deprecated", "yields", "summary", "description"];
      file.member(
        operation,
        (indent) => lines("query", { [official.name]: value }, indent),
        `query: ${inline({ [official.name]: value })}`,
        before,
      );
    }
    inserted.push(`parameter ${place} ?${official.name} into ${file.path}`);
    return true;
  }

  /** @param {Difference} difference */
  function operation({ nodes }) {
    const { path, method, operation: official } = /** @type {any} */ (nodes).document;
    const { name, sibling } = nameOf({ path, method }, known, paths);
    const [resource = name] = name.split(".");
    const file =
      (sibling && files.having("operations", sibling)) ||
      files.all.find((file) => file.path === `${kebab(resource)}.yaml`) ||
      files.create(kebab(resource), 'description: "TODO: say what the resource is, in one or two sentences"\n');
    const title = name
      .split(".")
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join("");
    /** @type {Json[]} */
    const parameters = [...(document.paths[path].parameters ?? []), ...(official.parameters ?? [])].map((one) =>
      one.$ref === undefined ? one : document.components.parameters[refName(one) ?? ""],
    );
    const body = official.requestBody?.content?.["application/json"]?.schema;
    const [status = "200", success = {}] = Object.entries(official.responses ?? {}).find(([status]) => status.startsWith("2")) ?? [];
    const [media, content] = Object.entries(success.content ?? {})[0] ?? [];
    const result = media === "application/json" ? content.schema?.properties?.result : undefined;
    const text = media !== undefined && media !== "application/json" ? media.split(";")[0] : undefined;
    const queries = parameters.filter((one) => one.in === "query");
    const beta = [official["x-maturity"]].flat()[0]?.toLowerCase() === "beta";
    const value = {
      route: route(method, path),
      id: official.operationId,
      ...(["post", "patch"].includes(method) && { idempotency: "unsafe" }),
      ...(beta && { maturity: "beta" }),
      ...(official.deprecated === true && { deprecated: true }),
      summary: `TODO: one imperative sentence; the name ${name} is a guess`,
      description: `TODO: what callers must know${["post", "patch"].includes(method) ? "; may the request be sent twice? (idempotency)" : ""}`,
      ...(queries.length > 0 && { query: Object.fromEntries(queries.map((one) => [one.name, query(one, file)])) }),
      ...(body && { body: nameFor(body, `${title}Body`, "request", file) }),
      ...(result ? { result: nameFor(result, `${title}Result`, "response", file) } : text && { result: text }),
      ...(status !== "200" && { status: Number(status) }),
    };
    for (const one of parameters.filter((one) => one.in === "path")) described(one, file);
    group(file, "operations", name, value, sibling);
    known.push({ path, name });
    inserted.push(`operation ${name}: ${method.toUpperCase()} ${path} into ${file.path}`);
  }

  /** What is to be added to parts that a file has not yet. @type {Map<File, Map<string, Json>>} */
  const groups = new Map();

  /** Adds a member to a part of a file, behind another one or at its end. @type {(file: File, part: string, name: string, value: Json, behind?: string) => void} */
  function group(file, part, name, value, behind) {
    const map = file.node([part]);
    if (isMap(map) && map.items.length > 0) {
      const names = map.items.map(({ key }) => String(key));
      const before = behind === undefined ? names : names.slice(0, names.indexOf(behind) + 1);
      const blank = part === "parameters" ? [] : [""];
      file.member(map, (indent) => [...blank, ...lines(name, value, indent)], `${inline(name)}: ${inline(value)}`, before);
    } else {
      const parts = groups.get(file) ?? new Map();
      groups.set(file, parts);
      parts.set(part, { ...parts.get(part), [name]: value });
    }
  }

  /** Describes a parameter of a path, where no file does yet. @param {Json} parameter @param {File} file */
  function described({ name, schema }, file) {
    const head = files.all.find((file) => file.root.has("info"));
    const there = [head, file].some((one) => one?.root.hasIn(["parameters", name])) || name in (groups.get(file)?.get("parameters") ?? {});
    if (there) return;
    const value = short(name, schema ?? { type: "string" }, options("request", file));
    const own = file.node(["parameters"]);
    if (isMap(own) || groups.has(file) || !file.root.has("operations")) group(file, "parameters", name, value);
    else file.member(file.root, (indent) => lines("parameters", { [name]: value }, indent), "", ["description"]);
    inserted.push(`parameter :${name} into ${file.path}`);
  }

  for (const difference of differences) {
    const { keyword, contract, document } = difference;
    const done =
      contract !== undefined && keyword !== "enum"
        ? false
        : keyword === "operation"
          ? (operation(difference), true)
          : keyword.startsWith("properties.")
            ? property(difference)
            : keyword.startsWith("parameter ")
              ? parameter(difference)
              : keyword === "enum" && document !== undefined
                ? values(difference)
                : false;
    if (!done) left.push(difference);
  }
  for (const [name, { value, file }] of schemas) group(file, "schemas", name, value);
  for (const [file, parts] of groups)
    for (const part of ["parameters", "operations", "schemas"]) {
      const members = Object.entries(parts.get(part) ?? {});
      if (members.length > 0)
        file.append([
          ...(part === "schemas" ? [""] : []),
          `${part}:`,
          ...members.flatMap(([name, value], index) => [...(index > 0 && part !== "parameters" ? [""] : []), ...lines(name, value, "  ")]),
        ]);
    }
  files.write();
  return { inserted, left };
}
