// The package in an engine that compiles no wasm: it loads, and each use says why it fails. No import map: a policy forbids it.
const root = new URL("/node_modules/clickhouse-cloud/", location.href);
const { exports } = await (await fetch(new URL("package.json", root))).json();
const entry = (name) => import(new URL(exports[name].default.default, root).href);
const [{ CloudClient, CloudError, hashPassword }, { Sandbox }] = await Promise.all([entry("."), entry("./sandbox")]);

const key = { keyId: "id", keySecret: "secret", organizationId: "5a9db0c5-0000-4000-8000-000000000001", dangerouslyAllowBrowser: true };
// The last is tried again: the first failure changes nothing.
const uses = [() => hashPassword("abc"), () => new Sandbox(), () => new CloudClient(key), () => hashPassword("abc")];
const outcome = uses.map((use) => {
  try {
    return String(use());
  } catch (error) {
    return { isOurs: error instanceof CloudError, message: error.message, cause: String(error.cause) };
  }
});
document.documentElement.dataset.outcome = JSON.stringify(outcome);
