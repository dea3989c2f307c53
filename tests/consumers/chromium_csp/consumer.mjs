// @ts-check
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run, visit }) => {
  await run("esbuild", "main.js", "--bundle", "--minify", "--format=esm", "--outdir=dist");
  return visit({ headers: { "content-security-policy": policy } });
};
