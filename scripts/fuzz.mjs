// @ts-check
// Runs the fuzz targets of fuzz/ one after the other: `node scripts/fuzz.mjs 10` for ten seconds each. It needs neither
// cargo-fuzz nor nightly Rust: its flags are those of `cargo fuzz run --sanitizer none`, which stable Rust accepts.
//
// The corpus starts with the documents of the tests. Inputs that libFuzzer finds stay in target/fuzz/corpus for the next run. A
// failing input is saved in target/fuzz, and `target/fuzz/…/release/TARGET FILE` reproduces it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, read, root, run, write } from "./tools.mjs";

const seconds = Number(process.argv[2] ?? 10);
if (!Number.isInteger(seconds) || seconds < 1) fail("for how many seconds each?");

const folder = join(root, "target/fuzz");
const targets = ["scanner", "envelope", "number"];
const host = run("rustc", ["-vV"]).match(/^host: (.*)$/m)?.[1] ?? fail("rustc names no host");
const coverage = ["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map((flag) => `-Cllvm-args=-sanitizer-coverage-${flag}`);

/** The raw strings of a test file. Placeholders of `format!` become a list. @param {string} path */
const documents = (path) =>
  [...read(path).matchAll(/r#"([^]*?)"#/g)].map(([, text]) =>
    text.includes("{{")
      ? text
          .replaceAll(/\{\w+\}/g, '[{"name":1}]')
          .replaceAll("{{", "{")
          .replaceAll("}}", "}")
      : text,
  );
const tests = readdirSync(join(root, "tests"))
  .filter((name) => /^validate_.*\.rs$/.test(name))
  .map((name) => join(root, "tests", name));
const json = [...tests, join(root, "tests/validate_tables/mod.rs")].flatMap(documents);
/** Pairs of numbers, separated by a space. */
const pairs = [...read(join(root, "src/validate/number.rs")).matchAll(/\("([-+.\deE]+)", "([-+.\deE]+)"\)/g)].map(
  ([, one, other]) => `${one} ${other}`,
);
/** @type {Record<string, string[]>} */
const seeds = { scanner: json, envelope: json, number: pairs };

run("cargo", ["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", host, "--target-dir", folder], {
  env: { RUSTFLAGS: ["--cfg=fuzzing", "-Cpasses=sancov-module", ...coverage].join(" ") },
});

let failed = 0;
for (const target of targets) {
  const corpus = join(folder, "corpus", target);
  mkdirSync(corpus, { recursive: true });
  if (seeds[target].length < 10) fail(`${target} has no seeds: where are the tests' documents?`);
  for (const [index, text] of seeds[target].entries()) write(join(corpus, `seed-${index}`), text);
  const flags = [
    `-max_total_time=${seconds}`,
    "-max_len=4096",
    "-timeout=20",
    "-verbosity=0",
    "-print_final_stats=1",
    `-artifact_prefix=${folder}/${target}-`,
  ];
  const result = spawnSync(join(folder, host, "release", target), [corpus, ...flags], { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  const runs = Number(result.stderr?.match(/^stat::number_of_executed_units: (\d+)$/m)?.[1] ?? 0);
  console.log(`${target}: ${runs} inputs`);
  if (result.status !== 0 || runs <= seeds[target].length) {
    failed += 1;
    console.log(result.error?.message ?? result.stderr);
  }
}
console.log(`fuzz: ${targets.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
