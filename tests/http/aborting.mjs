// @ts-check
// A program that aborts its journeys at random moments, and reports their errors. The test starts it with the address of a
// sandbox in its environment, with a seed and with a number of aborts, and checks that it ends by itself.
import { setImmediate as turn } from "node:timers/promises";
import { CloudClient } from "clickhouse-cloud";

const [seed = 1, aborts = 1] = process.argv.slice(2).map(Number);
const SIDE_BY_SIDE = 20;
/** Longer than most journeys take. */
const JOURNEY_MS = 800;
const CALLS = 25;

/** A linear congruential generator: its numbers depend on the seed alone. */
let state = seed;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};

/** @param {() => void} at called at each step of each request */
function unreliable(at) {
  return async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
    open += 1;
    try {
      at();
      // Some aborts then come during a backoff, or in the queue of the rate limit.
      const luck = random();
      if (luck < 0.05) return new Response("", { status: 429, headers: { "x-ratelimit-reset": "0.05" } });
      if (luck < 0.1 && init.method === "GET") return new Response("", { status: 503 });
      const response = await fetch(url, init);
      at();
      return response;
    } finally {
      open -= 1;
    }
  };
}

/** @param {CloudClient} cloud @param {AbortSignal} signal */
function journey(cloud, signal) {
  /** @type {Set<Promise<void>>} */
  const calls = new Set();
  /** @template {PromiseLike<unknown>} P @param {P} call */
  const watched = (call) => {
    // A success may overtake the abort; another error may not.
    const watch = Promise.resolve(call).then(
      () => {},
      (reason) => {
        if (signal.aborted && reason === signal.reason) report.withReason += 1;
        else report.errors.push(String(reason));
      },
    );
    calls.add(watch);
    return call;
  };
  const waiting = { signal, pollIntervalMs: 10 };
  const travel = async () => {
    await watched(cloud.services.list({}, { signal }));
    // Virtual time passes so fast that it would become idle between two requests.
    const body = { name: "aborted", provider: /** @type {const} */ ("aws"), region: "eu-west-1", idleScaling: false };
    const {
      service: { id },
    } = await watched(cloud.services.create(body, { signal }));
    await watched(cloud.services.waitFor(id, "running", waiting));
    const reads = [cloud.services.get(id, { signal }), cloud.backups.list(id, { signal }), cloud.organizations.list({ signal })];
    await Promise.all(reads.map((read) => watched(read)));
    await watched(cloud.services.setPassword(id, "correct horse battery staple", { signal }));
    await watched(cloud.services.update(id, { name: "renamed" }, { signal }));
    await watched(cloud.services.ensureRunning(id, waiting));
    await watched(cloud.services.stopAndDelete(id, waiting));
  };
  return travel()
    .catch(() => {})
    .then(() => Promise.all(calls));
}

let open = 0;
/** @type {{ struck: number, withReason: number, errors: string[], open: number, left: string[] }} */
const report = { struck: 0, withReason: 0, errors: [], open: 0, left: [] };

/** @type {Set<() => void>} */
const sharing = new Set();
/** Some share a client, and queue for its rate limit. */
const shared = new CloudClient({
  rateLimit: { requests: 10, perMs: 40 },
  logLevel: "off",
  fetch: unreliable(() => {
    for (const at of sharing) at();
  }),
});

async function abortOne() {
  const controller = new AbortController();
  const reason = { number: report.struck };
  let over = false;
  const abort = () => {
    if (over || controller.signal.aborted || report.struck >= aborts) return;
    report.struck += 1;
    controller.abort(reason);
  };
  // At a moment, or at a step of a request: before it is sent, when its headers have come, or some ticks after that.
  let steps = Math.floor(random() * 2 * CALLS);
  const ticks = Math.floor(random() * 8);
  const at = async () => {
    if (steps-- !== 0) return;
    for (let tick = 0; tick < ticks; tick += 1) await undefined;
    abort();
  };
  const byTime = random() < 0.5;
  const timer = byTime ? setTimeout(abort, random() * JOURNEY_MS) : undefined;
  const step = byTime ? () => {} : () => void at();
  const cloud = random() < 0.5 ? shared : new CloudClient({ rateLimit: false, logLevel: "off", fetch: unreliable(step) });
  if (cloud === shared) sharing.add(step);
  await journey(cloud, controller.signal);
  over = true;
  clearTimeout(timer);
  sharing.delete(step);
}

await Promise.all(
  Array.from({ length: SIDE_BY_SIDE }, async () => {
    while (report.struck < aborts) await abortOne();
  }),
);

// The handles that keep the process alive. Idle sockets of fetch do not; the pipe is its output.
const alive = () => process.getActiveResourcesInfo().filter((resource) => !["Immediate", "PipeWrap"].includes(resource));
for (const end = performance.now() + 5_000; alive().length + open > 0 && performance.now() < end; await turn());
report.open = open;
report.left = alive();
console.log(JSON.stringify(report));
