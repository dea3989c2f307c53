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

const reply = { status: 200, requestId: "x", result: [{ id: "x", name: "events", state: "running" }] };
const fetch = async () => new Response(JSON.stringify(reply), { headers: { "content-type": "application/json" } });
const client = new CloudClient({ fetch });
const then = client.list().then((services) => {
  answer.list = services.map((service) => service.name);
  client.free();
  return answer;
});
`;
const names = "{ CloudClient, CloudError, ConfigurationError, hashPassword }";

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
  list: ["events"],
};
