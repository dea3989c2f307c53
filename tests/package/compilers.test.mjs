// @ts-check
// The type tests with the oldest supported TypeScript and with the newest, which is a separate compiler: strict, with the libraries
// checked too. types.test.mjs tests more kinds of module resolution, with the version between.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/tools.mjs";
import { file, typeTests } from "./consumer.mjs";

const versions = ["typescript-5.0", "typescript-7"];

/** @type {[name: string, extensions: string[], options: object][]} */
const modes = [
  ["bundler", ["ts"], { module: "esnext", moduleResolution: "bundler" }],
  ["node16", ["mts", "cts"], { module: "node16" }],
  ["nodenext", ["mts", "cts"], { module: "nodenext" }],
];
const strict = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: "es2022",
  lib: ["es2022", "dom"],
  types: [],
};

for (const version of versions) {
  for (const [name, extensions, options] of modes) {
    test(`${version}, ${name}`, () => {
      const files = extensions.flatMap((extension, index) => {
        const tests = typeTests(extension);
        // It needs other packages.
        tests.delete("libraries.ts");
        // Its declarations are global.
        if (index > 0) tests.delete("same.d.ts");
        return [...tests.values()];
      });
      const project = file(join(version, name, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
      const compiler = join(root, "node_modules", version, "bin/tsc");
      const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", dirname(project)], { encoding: "utf8" });
      assert.equal(stdout + stderr, "");
      assert.equal(status, 0);
    });
  }
}
