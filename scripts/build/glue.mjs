// @ts-check
// Phase 4: moves wasm-bindgen's glue beside the sources, where it imports them instead of wasm-bindgen's copies (its snippets).
// wasm-bindgen's entry, which expects a bundler that understands wasm, is not used. FEATURE.imports.js exports the functions that the
// wasm imports.
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dist, fail, generated, modules, read, work, write } from "../tools.mjs";

rmSync(join(dist, "snippets"), { recursive: true, force: true });
/** The exports of each file that a wasm imports, in dist. @type {Map<string, Map<string, string>>} */
const named = new Map();

for (const { feature } of modules) {
  const from = join(work, "bindgen", feature);
  const crates = readdirSync(join(from, "snippets"));
  if (crates.length !== 1) fail(`expected the snippets of this crate alone, found ${crates.join(", ")}`);
  /** @param {string} text */
  const fromSources = (text) => text.replaceAll(`./snippets/${crates[0]}/js/`, "../");

  // Imported names take precedence over globals of the same name. Except for its imports, the generated text is unchanged.
  const lazy = 'import { TextDecoder, TextEncoder } from "../runtime/encoding.js";\n';
  write(join(generated, `${feature}_bg.js`), lazy + fromSources(read(join(from, `${feature}_bg.js`))));

  const imported = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(dist, `${feature}_bg.wasm`))));
  const sources = [...new Set(imported.map(({ module }) => module))];
  const lines = sources.map((module, index) => {
    const names = imported.filter((one) => one.module === module).map(({ name }) => name);
    return { names, line: `import { ${names.map((name) => `${name} as ${name}_${index}`).join(", ")} } from "${fromSources(module)}";\n` };
  });
  const objects = lines.map(({ names }, index) => {
    const members = names.map((name) => `    ${name}: ${name}_${index},\n`);
    return `  ${JSON.stringify(sources[index])}: {\n${members.join("")}  },\n`;
  });
  write(
    join(generated, `${feature}.imports.js`),
    `${lines.map(({ line }) => line).join("")}export const imports = {\n${objects.join("")}};\n`,
  );
  write(join(generated, `${feature}.imports.d.ts`), "export const imports: WebAssembly.Imports;\n");

  // Some bundlers instantiate the wasm themselves, by the ES module integration proposal. For them the wasm's imports are files
  // beside it: the glue, and for the snippets a file that re-exports the sources in the bundle.
  const glue = `./${feature}_bg.js`;
  const passed = lines.map(({ line }) => line.replace(/^import/, "export")).filter((_, index) => sources[index] !== glue);
  write(join(generated, `${feature}.exports.js`), `export * from "${glue}";\n${passed.join("")}`);
  for (const [index, module] of sources.entries()) {
    const exports = named.get(module) ?? new Map();
    if (module !== glue) named.set(module, exports);
    const up = "../".repeat(module.split("/").length - 2);
    for (const name of lines[index]?.names ?? [])
      exports.set(name, `export { ${name}_${index} as ${name} } from "${up}${feature}_bg.js";\n`);
  }
}
for (const [module, exports] of named) write(join(dist, module), [...exports.values()].join(""));
