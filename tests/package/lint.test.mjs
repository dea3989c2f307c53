// @ts-check
// The packed tarball under linters of packages: publint, and whether the types match the files that runtimes load.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { manifest, tarball } from "./consumer.mjs";

const packed = new Uint8Array(readFileSync(tarball));

test("publint finds nothing", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: packed.buffer }, strict: true });
  assert.equal(pkg.version, manifest.version);
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test("the types are what is loaded, in every way in which there is one", async () => {
  const analysis = await checkPackage(createPackageFromTarballData(packed));
  assert.ok(analysis.types, "there are no types");
  assert.deepEqual(analysis.problems, []);
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), Object.keys(manifest.exports).sort());
  for (const [name, { resolutions }] of Object.entries(analysis.entrypoints)) {
    for (const [how, { resolution }] of Object.entries(resolutions)) assert.ok(resolution, `${name} is not found by ${how}`);
  }
});
