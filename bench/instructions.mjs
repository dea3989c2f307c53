// @ts-check
// Counts the instructions of the native validator (bench/instructions.rs) by callgrind, which counts the same on each machine and under
// any load. It fails when they have grown by more than 5 % above bench/instructions.json.
//
//     node bench/instructions.mjs            # compares
//     node bench/instructions.mjs --update   # writes bench/instructions.json anew: say in the commit why the count changed
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fail, root, run } from "../scripts/tools.mjs";

const MOST_GROWTH = 1.05;

const path = new URL("instructions.json", import.meta.url);
const rustc = run("rustc", ["--version"]).replace(/ \(.*/s, "");
const flags = ["--release", "--locked", "--no-default-features", "--features", "client", "--bench", "instructions"];
const built = run("cargo", ["build", ...flags, "--message-format", "json-render-diagnostics"])
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line))
  .find(({ reason, target, executable }) => reason === "compiler-artifact" && target.name === "instructions" && executable);
if (built === undefined) fail("cargo built no program");
// Only what happens in the function `checked`, so that making the lists does not count.
const options = ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no", "--toggle-collect=*checked*"];
const { stderr, status, error } = spawnSync("valgrind", [...options, built.executable], { cwd: root, encoding: "utf8" });
if (status !== 0) fail(`valgrind: ${error?.message ?? stderr}`);
const instructions = Number(/Collected : (\d+)/.exec(stderr)?.[1]);
if (!(instructions > 0)) fail(`valgrind counted nothing: ${stderr}`);

if (process.argv[2] === "--update") {
  const about = "Written by `node bench/instructions.mjs --update`; say in the commit why the count changed.";
  writeFileSync(path, `${JSON.stringify({ about, rustc, instructions }, null, 2)}\n`);
  console.log(`${instructions.toLocaleString("en")} instructions, ${rustc}: written to bench/instructions.json`);
} else {
  const baseline = JSON.parse(readFileSync(path, "utf8"));
  const growth = instructions / baseline.instructions;
  const before = `${baseline.instructions.toLocaleString("en")} of bench/instructions.json`;
  console.log(`${instructions.toLocaleString("en")} instructions, ${growth.toFixed(3)} times the ${before} (at most ${MOST_GROWTH})`);
  if (rustc !== baseline.rustc)
    console.log(`that was counted with ${baseline.rustc}, and this with ${rustc}: a part of the change may be the compiler's`);
  if (growth > MOST_GROWTH)
    fail("the validator takes more instructions: make it as fast as before, or run node bench/instructions.mjs --update");
}
