// @ts-check
// Phase 10: the declarations of the package. tsc generates those of the classes from their JSDoc, wasm-bindgen those of the options,
// phase 8 those of the contract. They are merged here, once for ESM and once for CommonJS.
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { dist, fail, generated, modules, read, root, work, write } from "../tools.mjs";

// The lib of older projects lacks Symbol.dispose, which wasm-bindgen's classes use, and compilers before 5.2 have no lib with it.
// Where the lib has it, this declaration says the same.
const HEADER = `declare global {
  interface SymbolConstructor {
    /** The method that ends a block of \`using\`. */
    readonly dispose: unique symbol;
  }
}
`;

/**
 * The names that a declaration file declares, exports and refers to.
 *
 * @param {string} text
 */
function names(text) {
  const source = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.Latest, true);
  const declared = new Set();
  const exported = new Set();
  const mentioned = new Set();
  for (const statement of source.statements) {
    const name = /** @type {{ name?: ts.Node }} */ (statement).name;
    if (name === undefined || !ts.isIdentifier(name)) continue;
    declared.add(name.text);
    if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) {
      exported.add(name.text);
    }
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeReferenceNode(node) || ts.isTypeQueryNode(node) || ts.isExpressionWithTypeArguments(node)) {
      mentioned.add(node.getText().match(/^(?:typeof )?(\w+)/)?.[1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { declared, exported, mentioned };
}

/**
 * `import type` statements for the names that a file refers to and another file exports.
 *
 * @param {ReturnType<typeof names>} of
 * @param {Iterable<string>} offered
 * @param {string} from
 */
function imports(of, offered, from) {
  const wanted = [...offered].filter((name) => of.mentioned.has(name) && !of.declared.has(name)).sort();
  return wanted.length === 0 ? "" : `import type { ${wanted.join(", ")} } from "${from}";\n`;
}

/** @param {string} feature */
const ofBindgen = (feature) =>
  read(join(work, `${feature}.d.ts`))
    .replace(/^\/\* (?:tslint|eslint)[^\n]*\n/gm, "")
    .replace(/^( *)(?=free\(\): void;)/gm, "$1/** Frees its memory at once; without it, the garbage collector does. */\n$1")
    .replace(/^( *)(?=\[Symbol\.dispose\]\(\): void;)/gm, "$1/** The same at the end of a block that began with `using`. */\n$1")
    .trimStart();

/** @param {readonly ts.Diagnostic[]} diagnostics */
function report(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCurrentDirectory: () => root, getCanonicalFileName: (/** @type {string} */ name) => name, getNewLine: () => "\n" };
  fail(ts.formatDiagnostics(diagnostics, host));
}

/** The description of a property beside its type, which the declaration has anyway. */
const TYPED = /\/\*\* @type \{.*\} (.+?) \*\//g;
/** Internal members. A constructor stays, marked as private. */
const INTERNAL = /^ *\/\*\*(?:(?!\*\/)[^])*@internal(?:(?!\*\/)[^])*\*\/\n(.*);\n/gm;
/** Tags that only the sources need. */
const COMMENTS = /^\/\*\*(?:(?!\*\/)[^])*@(?:import|typedef)(?:(?!\*\/)[^])*\*\/\n|^ *\* @template .*\n/gm;
/** A getter marked as optional: fetch's options have such a property, which strict projects do not let be undefined. */
const OPTIONAL = / @optional( \*\/\n *)get (\w+)\(\): (.+) \| undefined;/g;
const out = join(work, "types");
rmSync(out, { recursive: true, force: true });

/** A declaration file of which all imports are in the same folder. @param {string} text */
const inOneFolder = (text) => text.replace(/"(?:\.\.?\/)[\w./]*?(\w+\.js)"/g, '"./$1"');

/**
 * Writes the declarations of sources into the one folder that holds all of them.
 *
 * @param {string[]} sources without their extension
 */
function declare(sources) {
  const names = sources.map((source) => basename(source));
  // Declarations of an earlier build would be read instead of the sources.
  for (const name of names) rmSync(join(dist, `${name}.d.ts`), { force: true });
  const program = ts.createProgram(
    sources.map((source) => join(root, `${source}.js`)),
    {
      allowJs: true,
      checkJs: true,
      strict: true,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.esnext.disposable.d.ts"],
      module: ts.ModuleKind.ES2022,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: root,
      outDir: out,
      types: [],
    },
  );
  report([...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]);
  for (const [index, name] of names.entries()) {
    const text = inOneFolder(read(join(out, `${sources[index]}.d.ts`)))
      .replace(INTERNAL, (_, member) => (member.includes("constructor(") ? "    protected constructor();\n" : ""))
      .replace(OPTIONAL, "$1readonly $2?: $3;")
      .replace(TYPED, (_, words) => `/** ${words.charAt(0).toUpperCase()}${words.slice(1)}. */`)
      .replace(COMMENTS, "");
    write(join(dist, `${name}.d.ts`), (text.includes("[Symbol.dispose]") ? HEADER : "") + text);
  }
  return names;
}
// The classes, from their JSDoc; shared declarations first.
const classes = declare(["js/errors", "js/bytes"]);

// wasm-bindgen's part: the types of options, the functions, and the objects that the classes use.
const errors = names(read(join(dist, "errors.d.ts"))).exported;
const schemaTypes = read(join(generated, "schema.d.ts"));
write(join(dist, "schema.d.ts"), schemaTypes);
const schema = names(schemaTypes);
const parts = Object.fromEntries(modules.map(({ feature }) => [feature, names(ofBindgen(feature))]));
for (const name of schema.exported) {
  if (parts.client.exported.has(name)) fail(`the contract's schema ${name} has the name of a type of the client`);
}
for (const { feature } of modules) {
  const others = feature === "client" ? "" : imports(parts[feature], parts.client.exported, "./client_bg.js");
  const own = [imports(parts[feature], schema.exported, "./schema.js"), imports(parts[feature], errors, "./errors.js")];
  // A copy beside the glue gives its importers their types.
  const text = [HEADER, ...own, others, ofBindgen(feature)].join("");
  const inner = "export function __wbg_set_wasm(exports: object): void;\n";
  write(join(generated, `${feature}_bg.d.ts`), text.replace('"./errors.js"', '"../errors.js"') + inner);
  write(join(dist, `${feature}_bg.d.ts`), text);
}
const sources = [
  "client",
  "built",
  "limiter",
  "passwords",
  "schemas",
  "wasm",
  "proxy/handler",
  "proxy/listener",
  "proxy/types",
  "helpers/click_pipes",
  "helpers/keys",
  "helpers/postgres",
  "helpers/services",
  "helpers/udfs",
  "helpers/usage_cost",
  "generated/methods",
  "generated/routes",
];
// The only types that are written as such: interfaces that extend others, which JSDoc cannot declare.
write(join(dist, "options.d.ts"), inOneFolder(read(join(root, "js/helpers/options.d.ts"))));
classes.push("options", ...declare(sources.map((name) => `js/${name}`)));

/** The types of the interface between JavaScript and wasm (src/bindings/seam.rs). */
const SEAM = [...parts.client.exported].filter((name) => /^Core[A-Z]/.test(name));

/**
 * @param {string} feature
 * @param {string[]} hidden
 */
const publicTypes = (feature, hidden) =>
  [...parts[feature].exported]
    .filter((name) => !hidden.includes(name))
    .sort()
    .join(", ");
/** The classes of the resources, and the types of helpers' options. Generated classes that helpers extend stay internal. */
const resources = sources
  .filter((source) => source === "generated/methods" || source.startsWith("helpers/"))
  .map((source) => {
    const name = basename(source);
    const { exported } = names(read(join(dist, `${name}.d.ts`)));
    const wanted = name === "methods" ? /Resource$/ : /(?<!Operations)$/;
    const types = [...exported].filter((type) => wanted.test(type)).sort();
    return `export type { ${types.join(", ")} } from "./${name}.js";\n`;
  });
resources.push(`export type { ${[...names(read(join(dist, "options.d.ts"))).exported].sort().join(", ")} } from "./options.js";\n`);
write(
  join(dist, "index.d.ts"),
  `export type { ${[...schema.exported].sort().join(", ")} } from "./schema.js";
export type { ${publicTypes("client", ["Core", "Limiter", "LogRedactor", "checkSchema", "doubleSha1Hash", "generate", "hashPassword", "passwordBody", "refuseOptions", ...SEAM])} } from "./client_bg.js";
${resources.join("")}export * from "./errors.js";
export * from "./client.js";
`,
);
write(join(dist, "server.d.ts"), `export { ask, hold, mutations, resume } from "./sandbox_bg.js";\n`);
write(
  join(dist, "sandbox.d.ts"),
  `export { ${publicTypes("sandbox", ["SandboxReply", "ask", "CoreFuture", "hold", "mutations", "resume"])} } from "./sandbox_bg.js";\n`,
);
write(
  join(dist, "proxy.d.ts"),
  `export { createProxy } from "./handler.js";
export { toNodeListener } from "./listener.js";
export type { NodeRequest, NodeResponse } from "./listener.js";
export type { ProxyCall, ProxyOptions, ProxyOwnOptions } from "./types.js";
export type { OperationName } from "./routes.js";
`,
);

const all = [...classes, "proxy", "schema", ...modules.flatMap(({ feature, entry }) => [`${feature}_bg`, entry])];
for (const name of all) {
  write(join(dist, `${name}.d.cts`), read(join(dist, `${name}.d.ts`)).replace(/((?:from |import\()"\.\/\w+)\.js"/g, '$1.cjs"'));
}

// An undeclared name must stop the build here, not show up in a user's editor.
report(
  ts.getPreEmitDiagnostics(
    ts.createProgram(
      all.flatMap((name) => [join(dist, `${name}.d.ts`), join(dist, `${name}.d.cts`)]),
      {
        strict: true,
        noEmit: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.Node16,
        moduleResolution: ts.ModuleResolutionKind.Node16,
        types: [],
      },
    ),
  ),
);
