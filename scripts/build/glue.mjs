// @ts-check
// Phase 4: the glue and the snippets move into the package as wasm-bindgen wrote them. Its entry, which expects a
// bundler that understands wasm, stays behind; FEATURE.imports.js has the functions that the wasm imports.
import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dist, fail, modules, read, work, write } from "../tools.mjs";

rmSync(join(dist, "snippets"), { recursive: true, force: true });
for (const { feature } of modules) {
  const from = join(work, "bindgen", feature);
  // Imported names stand before the host's of the same name; the text itself stays as it was generated.
  const lazy = 'import { TextDecoder, TextEncoder } from "../src/encoding.js";\n';
  write(join(dist, `${feature}_bg.js`), lazy + read(join(from, `${feature}_bg.js`)));
  if (existsSync(join(from, "snippets"))) cpSync(join(from, "snippets"), join(dist, "snippets"), { recursive: true });

  const imported = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(join(dist, `${feature}_bg.wasm`))));
  const sources = [...new Set(imported.map(({ module }) => module))];
  const lines = sources.map((module, index) => {
    const names = imported.filter((one) => one.module === module).map(({ name }) => name);
    return { names, line: `import { ${names.map((name) => `${name} as ${name}_${index}`).join(", ")} } from "${module}";\n` };
  });
  const objects = lines.map(({ names }, index) => {
    const members = names.map((name) => `    ${name}: ${name}_${index},\n`);
    return `  ${JSON.stringify(sources[index])}: {\n${members.join("")}  },\n`;
  });
  write(join(dist, `${feature}.imports.js`), `${lines.map(({ line }) => line).join("")}export const imports = {\n${objects.join("")}};\n`);
}

// The client and the sandbox throw the same classes: the crate's snippets are one folder for both.
const crates = readdirSync(join(dist, "snippets")).filter((name) => name.startsWith("clickhouse-cloud-"));
if (crates.length !== 1) fail(`expected the snippets of one crate, found ${crates.join(", ")}`);
const from = `./snippets/${crates[0]}/src/js`;
const classes = [...read(join(dist, from, "errors.js")).matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
write(join(dist, "errors.js"), `export { ${classes.join(", ")} } from "${from}/errors.js";\n`);
for (const name of ["options.js", "values.js", "room.js", "signals.js"]) write(join(dist, name), `export * from "${from}/${name}";\n`);
