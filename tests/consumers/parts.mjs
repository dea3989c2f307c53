// @ts-check
// What a bundler makes of less than the whole: a function alone works, and what needs no wasm brings none along.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @type {Record<string, { program: string, prints: string, most: number }>} */
const parts = {
  hash: {
    program: 'import { hashPassword } from "clickhouse-cloud"; console.log(hashPassword("abc"));',
    prints: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    most: Infinity,
  },
  sandbox: {
    program: 'import { Sandbox } from "clickhouse-cloud/sandbox"; console.log(new Sandbox().ledger().length);',
    prints: "0",
    most: Infinity,
  },
  schemas: {
    program: 'import { schemas } from "clickhouse-cloud"; console.log(schemas.Tag["~standard"].validate({ key: "a b" }).issues[0].path);',
    prints: "[ 'key' ]",
    most: Infinity,
  },
  proxy: {
    program: `import { createProxy } from "clickhouse-cloud/proxy";
      const organizationId = "5a9db0c5-0000-4000-8000-000000000001";
      const proxy = createProxy({ keyId: "id", keySecret: "secret", organizationId, allow: ["services.list"], authorize: () => true });
      proxy(new Request("http://localhost/v1/organizations")).then((answer) => console.log(answer.status));`,
    prints: "200",
    most: Infinity,
  },
  error: {
    program: 'import { CloudError } from "clickhouse-cloud"; console.log(new CloudError("x") instanceof Error);',
    prints: "true",
    most: 20_000,
  },
  nothing: {
    program: 'import { hashPassword } from "clickhouse-cloud"; console.log("nothing");',
    prints: "nothing",
    most: 1_000,
  },
};

/**
 * Bundles each of them, runs it, and throws when it prints something else or is too large.
 *
 * @param {import("./harness.mjs").Context} context
 * @param {(entry: string, output: string) => Promise<unknown>} bundle takes names of files in the folder
 */
export async function checkParts({ folder, run }, bundle) {
  for (const [name, { program, prints, most }] of Object.entries(parts)) {
    const [entry, output] = [`${name}.part.mjs`, `parts/${name}.mjs`];
    writeFileSync(join(folder, entry), program);
    await bundle(entry, output);
    const printed = (await run("node", output)).trim();
    if (printed !== prints) throw new Error(`${program}\nexpected ${prints}\nreceived ${printed}`);
    const { size } = statSync(join(folder, output));
    if (size > most) throw new Error(`${program}\nexpected at most ${most} bytes\nreceived ${size}`);
  }
}
