// @ts-check
// A sandbox on a file under load, killed at random moments. After each kill every confirmed change must be there.
import { start, bin, address } from "./server.mjs";

const WRITERS = 8;
/** The longest time from the first response to a kill. */
const LIFE_MS = 250;

/**
 * @param {string} file
 * @param {number} kills
 * @param {number} seed
 */
export async function rounds(file, kills, seed) {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  /** The confirmed names, and those that were sent: one of these may have been applied, too. */
  /** @type {Map<string, { name: string, sent: Set<string> }>} */
  const known = new Map();
  /** @type {Set<string>} */
  const gone = new Set();
  /** @type {string[]} */
  const lost = [];
  let changes = 0;

  /** @param {Awaited<ReturnType<typeof address>>} cloud */
  const check = async ({ services, authorization }) => {
    const answer = await fetch(services, { headers: { authorization } });
    /** @type {Map<string, string>} */
    const there = new Map((await answer.json()).result.map((/** @type {any} */ one) => [one.id, one.name]));
    for (const [id, { name, sent }] of known) {
      const found = there.get(id);
      if (found === undefined) lost.push(`${id} is not there`);
      else if (found !== name && !sent.has(found)) lost.push(`${id} is ${found}, not ${name}`);
      known.set(id, { name: found ?? name, sent: new Set() });
    }
    for (const id of gone) if (there.has(id)) lost.push(`${id} is there again`);
  };

  /** @param {Awaited<ReturnType<typeof address>>} cloud @param {number} writer */
  const write = async ({ services, authorization }, writer) => {
    const ask = async (/** @type {string} */ path, /** @type {string} */ method, /** @type {object} */ body) => {
      const answer = await fetch(`${services}${path}`, { method, headers: { authorization }, body: JSON.stringify(body) });
      const { result } = await answer.json();
      if (answer.status !== 200) throw new Error(`${answer.status}`);
      changes += 1;
      return result;
    };
    for (let turn = 0; ; turn += 1) {
      // Each writer has its own services, so that the name that was sent last is the one to expect.
      const mine = [...known.keys()].filter((_, index) => index % WRITERS === writer);
      const id = mine[Math.floor(random() * mine.length)];
      if (id === undefined || (random() < 0.1 && known.size < 100)) {
        const { service } = await ask("", "POST", { name: "new", provider: "aws", region: "eu-west-1" });
        known.set(service.id, { name: "new", sent: new Set() });
      } else {
        const entry = /** @type {{ name: string, sent: Set<string> }} */ (known.get(id));
        const name = `${writer} ${turn} ${Math.floor(random() * 1e9)}`;
        entry.sent.add(name);
        await ask(`/${id}`, "PATCH", { name });
        entry.name = name;
        entry.sent.delete(name);
      }
    }
  };

  let killed = 0;
  for (; killed < kills; killed += 1) {
    const { child, ended, printed } = start(process.execPath, [bin, "sandbox", "--port", "0", "--rate-limit", "off", "--data", file]);
    const cloud = await address({ child, ended, printed });
    await check(cloud);
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(cloud, writer).catch(() => {}));
    await new Promise((resolve) => setTimeout(resolve, random() * LIFE_MS));
    child.kill("SIGKILL");
    await Promise.all([ended, ...writers]);
  }
  const { child, ended, printed } = start(process.execPath, [bin, "sandbox", "--port", "0", "--rate-limit", "off", "--data", file]);
  await check(await address({ child, ended, printed }));
  child.kill("SIGTERM");
  const { stderr } = await ended;
  if (stderr !== "") lost.push(stderr);
  return { kills: killed, changes, lost };
}
