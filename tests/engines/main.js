// The steps that each engine runs with the installed package. The outcome of every step is written to the page as JSON.
import * as library from "clickhouse-cloud";
import * as testing from "clickhouse-cloud/sandbox";
import { journey } from "./journey.mjs";

const { CloudClient, schemas } = library;
const { Sandbox } = testing;
const body = { name: "events", provider: "aws", region: "eu-west-1", idleScaling: false };

const steps = {
  /** The client over HTTP. */
  journey: async () => journey(library, await (await fetch("/sandbox.json")).json()),

  /** A life of a service with the sandbox in the page. */
  async life() {
    const cloud = new CloudClient(new Sandbox({ timeScale: 1000 }).clientOptions);
    const { service, password } = await cloud.services.create(body);
    const { state } = await cloud.services.waitFor(service.id, "running");
    const names = (await cloud.services.list()).map(({ name }) => name);
    await cloud.services.stopAndDelete(service.id);
    return { password: password.length > 0, state, names, left: await cloud.services.list() };
  },

  /** Responses are made first and read later, when the sandbox has used its memory for others. */
  async held() {
    const { fetch, clientOptions, ...sandbox } = inPage();
    const cloud = new CloudClient(clientOptions);
    const { service } = await cloud.services.create(body);
    const responses = [];
    for (let count = 0; count < 20; count++) responses.push(await fetch(`${sandbox.services}/${service.id}`, sandbox.init));
    await Promise.all(Array.from({ length: 20 }, () => cloud.services.list()));
    const ids = await Promise.all(responses.map(async (response) => JSON.parse(await response.text()).result.id));
    return ids.filter((id) => id === service.id).length;
  },

  /** Responses and random bytes are not made in memory of the wasm: an engine may read it later, or keep it. */
  async views() {
    const seen = [];
    const look = (value) => {
      // The memory of either module is larger than all that is handed over here.
      if (ArrayBuffer.isView(value) && value.buffer.byteLength > 100_000) seen.push(new Error("memory").stack);
    };
    const [Real, random] = [Response, crypto.getRandomValues.bind(crypto)];
    globalThis.Response = class extends Real {
      constructor(content, init) {
        look(content);
        super(content, init);
      }
    };
    crypto.getRandomValues = (bytes) => (look(bytes), random(bytes));
    try {
      const { clientOptions } = inPage();
      await new CloudClient(clientOptions).services.create(body);
      library.generatePassword();
    } finally {
      globalThis.Response = Real;
      delete crypto.getRandomValues;
    }
    return seen;
  },

  /** Nested far deeper than any engine's stack. */
  async deep() {
    let deep = [];
    for (let depth = 0; depth < 200_000; depth++) deep = [deep];
    const cloud = new CloudClient(new Sandbox().clientOptions);
    const names = (issues) => issues.map(({ path }) => path.join("."));
    const refused = ({ name, issues }) => [name, ...names(issues ?? [])];
    const thrown = (run) => {
      try {
        return run();
      } catch (error) {
        return refused(error);
      }
    };
    return {
      create: await cloud.services.create({ ...body, tags: deep }).catch(refused),
      list: await cloud.services.list({ filter: deep }).catch(refused),
      build: thrown(() => cloud.buildRequest("GET /v1/organizations/{organizationId}/services", { query: { filter: deep } })),
      schema: names(schemas.Tag["~standard"].validate({ key: "a", value: deep }).issues).length > 0,
    };
  },

  /** Names of members that no class was meant to have. */
  async members() {
    const cloud = new CloudClient(new Sandbox().clientOptions);
    const classes = Object.values({ ...library, ...testing }).filter((value) => typeof value === "function" && value.prototype);
    const objects = [cloud, cloud.services, cloud.backups, cloud.organizations].map(({ constructor }) => constructor);
    return [...classes, ...objects]
      .flatMap((one) => [one, one.prototype].flatMap((owner) => Object.getOwnPropertyNames(owner).map((name) => `${one.name}.${name}`)))
      .filter((name) => /\.(undefined|null|\[.*)$/.test(name));
  },
};

/** A sandbox without a rate limit, and the parts of a request to it. */
function inPage() {
  const { clientOptions } = new Sandbox({ rateLimit: false });
  const { keyId, keySecret, organizationId, baseUrl, fetch } = clientOptions;
  const init = { headers: { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` } };
  return { clientOptions, fetch, init, services: `${baseUrl}/v1/organizations/${organizationId}/services` };
}

const outcome = {};
for (const [name, step] of Object.entries(steps)) {
  outcome[name] = await step().catch((error) => `${error}\n${error.stack}`);
}
document.documentElement.dataset.outcome = JSON.stringify(outcome);
