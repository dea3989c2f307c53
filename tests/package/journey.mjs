// @ts-check
// The small journey of every consumer, as the text of a module: the same code runs in Node, as ESM and as CommonJS,
// and in a page. It prints one line of JSON. The network is a stand-in.

const body = `
const answer = {};

// Synchronous, before any await: the wasm comes up by itself.
answer.hash = hashPassword("abc");
const caught = (run) => { try { run(); } catch (error) { return error; } };
const error = caught(() => new CloudClient({ keyId: 1 }));
answer.error = {
  name: error.name,
  classes: [ConfigurationError, CloudError, Error].map((kind) => error instanceof kind),
  stack: error.stack.includes(error.message),
};
// Another module of wasm, the same classes.
answer.sandbox = caught(() => new Sandbox({ bogus: 1 })) instanceof ConfigurationError;

answer.schema = schemas.Tag["~standard"].validate({ key: "a b" }).issues.map(({ path, code }) => [...path, code]);

const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
const reply = { status: 200, requestId: id, result: [{ id, name: "events", state: "running" }] };
const fetch = async () => new Response(JSON.stringify(reply), { headers: { "content-type": "application/json" } });
const keys = { keyId: "key", keySecret: "secret", organizationId: id, dangerouslyAllowBrowser: true };
const cloud = new CloudClient({ ...keys, fetch });
const then = (async () => {
  answer.list = (await cloud.services.list()).map((service) => service.name);
  answer.refused = await cloud.services.create({ name: "" }).catch((error) => error.name);
  return answer;
})();
`;
const names = "{ CloudClient, CloudError, ConfigurationError, hashPassword, schemas }";

/** @param {string} finish a function that takes the answer */
export const esm = (finish) => `
import ${names} from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
${body}
then.then(${finish});
`;

/** @param {string} finish a function that takes the answer */
export const cjs = (finish) => `
const ${names} = require("clickhouse-cloud");
const { Sandbox } = require("clickhouse-cloud/sandbox");
${body}
then.then(${finish});
`;

/** What it must print. */
export const expected = {
  hash: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
  error: { name: "ConfigurationError", classes: [true, true, true], stack: true },
  sandbox: true,
  schema: [["key", "pattern"]],
  list: ["events"],
  refused: "RequestValidationError",
};
