// @ts-check
// The declarations of the packed tarball, as a strict project reads them: in ES modules, in CommonJS modules, and as
// bundlers resolve; with the libraries checked too.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { file } from "./consumer.mjs";

const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

const program = `
import { CloudClient, CloudError, ConfigurationError, hashPassword, type Routes, type Service } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

export const hash: string = hashPassword("abc");
export const error = (one: ConfigurationError): CloudError => one;
export const client: CloudClient = new CloudClient();
export const sandbox: Sandbox = new Sandbox();

type List = Routes["GET /v1/organizations/{organizationId}/services"];
export const names = (services: List["result"]): string[] => services.map((service: Service) => service.name);
export const path: NonNullable<List["path"]> = {};

// A state that is not known today is one, too.
export const state: Service["state"] = "levitating";

// @ts-expect-error a password is a string
hashPassword(1);
// @ts-expect-error there is no such operation
export type Nowhere = Routes["GET /v1/nowhere"];
// @ts-expect-error there is no such property
export const misspelt = (service: Service) => service.sttae;
`;

for (const [name, module, resolution] of [
  ["types.mts", "node16", "node16"],
  ["types.cts", "node16", "node16"],
  ["types.mts", "nodenext", "nodenext"],
  ["types.mts", "esnext", "bundler"],
]) {
  test(`${name} with module ${module}, moduleResolution ${resolution}`, () => {
    const path = file(name, program);
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        ...[tsc, "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2022,dom"],
        ...["--module", module, "--moduleResolution", resolution, path],
      ],
      { cwd: dirname(path), encoding: "utf8" },
    );
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });
}
