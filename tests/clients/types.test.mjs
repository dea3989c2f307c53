// @ts-check
// The types of other libraries' fetch are assignable to those of the installed tarball, with the lib of pages and with Node's alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import ts from "typescript";
import { file, lend } from "../package/consumer.mjs";
import { linked } from "./tools.mjs";

before(() => {
  linked("@types/node-fetch-2", "cross-fetch", "node-fetch", "node-fetch-2", "undici");
  lend("@types/node");
});

for (const lib of [["lib.es2022.d.ts", "lib.dom.d.ts"], ["lib.es2022.d.ts"]]) {
  test(`the fetch option takes them: ${lib.join(", ")}`, () => {
    const path = file("fetches.mts", readFileSync(new URL("fetches.types.mts", import.meta.url), "utf8"));
    // Not exactOptionalPropertyTypes: under that, node-fetch 2 takes not even the signal of an AbortController.
    const program = ts.createProgram([path], {
      ...{ noEmit: true, strict: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext },
      // Theirs are not checked here.
      ...{ lib, types: ["node"], skipLibCheck: true },
    });
    const mistakes = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText, start }) => `${start}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    assert.deepEqual(mistakes, []);
  });
}
