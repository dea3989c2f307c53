// @ts-check
// Phase 1: builds the crate with one feature as a wasm module. Its build script writes the contract as an OpenAPI document, which
// the later phases read.
import { copyFileSync, existsSync, mkdirSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { featureArgument, fail, root, run, work } from "../tools.mjs";

const feature = featureArgument();
// The sandbox is optimized for speed, the client for size: pages download it.
const fast = feature === "sandbox";

// Panic messages name source files; this removes the folders of the machine that built the package.
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
const sysroot = run("rustc", ["--print", "sysroot"]).trim();
const flags = [
  `--remap-path-prefix=${sysroot}/lib/rustlib/src/rust=rust`,
  `--remap-path-prefix=${cargoHome}/registry/src=crates`,
  `--remap-path-prefix=${root}=`,
  // Passwords are short: small code is worth more than unrolled rounds.
  '--cfg=sha2_backend_soft="compact"',
  // Nothing here recurses deeply: a stack this small lets an idle module take 64 KB instead of 1 MB. Fast code has larger frames.
  `-Clink-arg=-zstack-size=${fast ? 262_144 : 65_536}`,
].join(" ");

const messages = run(
  "cargo",
  [
    // Only as a cdylib: with an rlib beside it, less is inlined and dropped.
    ...["rustc", "--release", "--lib", "--crate-type", "cdylib", "--locked", "--target", "wasm32-unknown-unknown"],
    ...["--no-default-features", "--features", feature, "--message-format", "json-render-diagnostics"],
  ],
  { env: { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags, ...(fast && { CARGO_PROFILE_RELEASE_OPT_LEVEL: "2" }) } },
);
const said = messages
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line));
const built = said
  .filter((message) => message.reason === "compiler-artifact")
  .flatMap((message) => message.filenames)
  .find((name) => name.endsWith("/clickhouse_cloud.wasm"));
if (built === undefined) fail("cargo built no wasm");
const contract = said
  .filter((message) => message.reason === "build-script-executed")
  .map((message) => join(message.out_dir, "contract.json"))
  .find((path) => existsSync(path));
if (contract === undefined) fail("build.rs wrote no contract.json");

// Both features build under the same name, so each result is copied at once.
const target = join(work, `${feature}.wasm`);
mkdirSync(work, { recursive: true });
copyFileSync(built, target);
copyFileSync(contract, join(work, "contract.json"));
utimesSync(target, new Date(), new Date());
