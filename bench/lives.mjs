// @ts-check
// A part of table h: lives of services a second, on the client and the sandbox, in virtual time.
//
//     node bench/lives.mjs
import { setImmediate as turn } from "node:timers/promises";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { median, spread } from "./lib/measure.mjs";
import { computed, isProgram } from "./lib/node.mjs";

const AT_ONCE = 20;
const ROUNDS = 7;

/** Creates services, waits until each runs, stops and deletes it; milliseconds of one life. */
async function lives() {
  const began = computed();
  const sandbox = new Sandbox({ seed: 1, latencyMs: 0, rateLimit: false });
  const cloud = new CloudClient({ ...sandbox.clientOptions, rateLimit: false });
  let open = AT_ONCE;
  const all = Array.from({ length: AT_ONCE }, async (_, index) => {
    const { service } = await cloud.services.createAndWait({ name: `service ${index}`, provider: "aws", region: "eu-west-1" });
    await cloud.services.stopAndDelete(service.id);
    open -= 1;
  });
  const ended = Promise.all(all);
  ended.catch(() => (open = 0));
  while (open > 0) {
    sandbox.advance(1_000);
    await turn();
  }
  await ended;
  return (computed() - began) / AT_ONCE;
}

/** @returns {Promise<{ rate: number, spread: number }>} lives a second of processor time */
export async function measure() {
  await lives();
  /** @type {number[]} */
  const rates = [];
  for (let round = 0; round < ROUNDS; round += 1) rates.push(1_000 / (await lives()));
  return { rate: median(rates), spread: spread(rates) };
}

if (isProgram(import.meta.url)) {
  const { rate, spread } = await measure();
  console.log(`${rate.toFixed(0)} ± ${spread.toFixed(0)} lives a second of processor time`);
}
