// @ts-check
// docs/from-curl.md: a section for each of the first operations of the contract; its lines of curl run in a shell, and its program
// runs as it stands, each against a served sandbox, whose ledger has the requests.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sandbox, start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { blocks, operations, programs, read } from "./pages.mjs";

const PAGE = "docs/from-curl.md";
const sections = read(PAGE)
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ name: text.match(/^([\w.]+)\n/)?.[1], text }));
const HOUR_MS = 3_600_000;
const NEW_PASSWORD = "correct horse battery staple";

/**
 * A sandbox with a service that runs and has a backup, and the environment that the page asks for.
 *
 * @param {import("node:test").TestContext} t
 */
async function world(t) {
  const { url, env, services, authorization } = await sandbox(t, "--rate-limit", "off", "--time-scale", "100");
  /** @param {string} address @param {object} [body] */
  const ask = async (address, body) => {
    const answer = await fetch(address, { method: body && "POST", headers: { authorization }, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${address}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const advance = () => ask(`${url}/__sandbox/advance`, { ms: HOUR_MS });
  const { result } = await ask(services, { name: "events", provider: "aws", region: "eu-west-1", idleScaling: false });
  await advance();
  const serviceId = result.service.id;
  const backups = await ask(`${services}/${serviceId}/backups`);
  return {
    env: { ...env, NEW_PASSWORD, SERVICE_ID: serviceId, BACKUP_ID: backups.result[0].id },
    advance,
    /** @returns {Promise<{ operation: string, status: number }[]>} the requests of the page */
    asked: async () => (await ask(`${url}/__sandbox/ledger`)).slice(2),
    /** @returns {Promise<boolean>} */
    passwordIsSet: async () => (await ask(`${url}/__sandbox/verify-password`, { serviceId, password: NEW_PASSWORD })).valid,
  };
}

test("every section is an operation", () => {
  const known = operations().map(({ name }) => name);
  assert.ok(sections.length > 10);
  assert.deepEqual(
    sections.filter(({ name = "" }) => !known.includes(name)),
    [],
  );
});

test("the lines of curl", async (t) => {
  const { env, advance, asked, passwordIsSet } = await world(t);
  for (const { name, text } of sections) {
    const [script, ...more] = blocks(text, "sh");
    assert.deepEqual(more, [], name);
    const { code, stdout, stderr } = await start("sh", ["-euc", script], { env }).ended;
    assert.equal(code, 0, `${name}: ${stdout}${stderr}`);
    assert.deepEqual(
      (await asked()).slice(-1).map(({ operation, status }) => [operation, status]),
      [[name, 200]],
    );
    if (name === "services.updatePassword") assert.ok(await passwordIsSet());
    // So that changes that were begun are done.
    await advance();
  }
  assert.equal((await asked()).length, sections.length);
});

test("the program makes the requests of the lines of curl", async (t) => {
  const { env, asked } = await world(t);
  const [program, ...more] = programs(PAGE);
  assert.deepEqual(more, []);
  const watch = "(url, init) => (console.log(init.method, url.replace(/^.*?(?=\\/v1\\/)/, ''), init.body ?? ''), fetch(url, init))";
  // A line before each section, and one for each request, to see its requests.
  const marked = sections.reduce(
    (text, { name = "", text: section }) => {
      const [block] = blocks(section, "js");
      assert.ok(text.includes(block), name);
      return text.replace(block, () => `console.log("section", ${JSON.stringify(name)});\n${block}`);
    },
    program.replace("new CloudClient()", `new CloudClient({ rateLimit: false, fetch: ${watch} })`),
  );
  const { code, stdout, stderr } = await start(process.execPath, [file("from-curl.mjs", marked)], { env }).ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "clickhouse-cloud: services.updateScaling: the API advises against it, it may go\n");

  const [, ...parts] = stdout.split(/^section /m);
  const routes = new Map(operations().map(({ name, route }) => [name, route]));
  for (const [index, part] of parts.entries()) {
    const { name = "", text } = sections[index];
    const [method, path] = String(routes.get(name)).split(" ");
    const hash = createHash("sha256").update(NEW_PASSWORD).digest("base64");
    const double = createHash("sha1").update(createHash("sha1").update(NEW_PASSWORD).digest()).digest("hex");
    const body =
      text
        .match(/--data ['"](.*)['"]$/m)?.[1]
        .replaceAll('\\"', '"')
        .replace("$hash", hash)
        .replace("$double", double) ?? "";
    const query = text.match(/\?([^"]*)"$/m)?.[1];
    const address = path.replace(/\{\w+\}/g, "[0-9a-f-]{36}") + (query === undefined ? "" : `\\?${query}`);
    const request = new RegExp(`^${method} ${address} (.*)$`, "m");
    assert.equal(request.exec(part)?.[1], body, name);
  }
  assert.equal(parts.length, sections.length);
  // A deletion is refused at first, and in the end the deleted service is read.
  assert.deepEqual(
    (await asked()).filter(({ status }) => ![200, 404, 409].includes(status)),
    [],
  );
});

test("the way back", async (t) => {
  const { env, asked } = await world(t);
  const [setup, back] = blocks(read(PAGE), "js");
  const built = await start(process.execPath, [file("to-curl.mjs", `${setup}\n${back}`)], { env }).ended;
  assert.deepEqual([built.code, built.stderr, await asked()], [0, "", []]);
  const { code, stdout } = await start("sh", ["-euc", built.stdout], { env }).ended;
  assert.deepEqual([code, JSON.parse(stdout).result.id], [0, env.SERVICE_ID]);
});
