// @ts-check
// The workloads of tables a, c and g in a page. The clock of a page is coarse, so more calls are timed at once than in Node.
import * as library from "clickhouse-cloud";
// @ts-expect-error: generated when the benchmarks run
import * as sdk from "sdk";
import { interleave } from "../lib/measure.mjs";
import { body, headers } from "../peers/service.mjs";
import { validators } from "../peers/validators.mjs";
import { checked, sides as calls } from "../workloads/call.mjs";
import { cases, sides as hashes } from "../workloads/hash.mjs";
import { measure } from "../workloads/validate.mjs";
import { leave, options } from "./outcome.mjs";

const { CloudClient } = library;
const clock = () => performance.now();

/** @type {Record<string, (options: any) => Promise<unknown>>} */
const workloads = {
  async validate({ contract, forms, ms }) {
    const checks = Object.fromEntries(Object.entries(validators).map(([name, make]) => [name, make(contract)]));
    const measured = [];
    for (const form of forms) measured.push({ form, row: await measure(form, CloudClient, checks, { clock, ms, least: 5 }) });
    return measured;
  },

  async call({ contract, ms }) {
    const canned = async () => new Response(body, { headers });
    const own = { contract, CloudClient, sdk };
    return {
      canned: await interleave(checked(calls({ ...own, baseUrl: location.origin, fetch: canned })), { clock, times: 100, ms }),
      loopback: await interleave(checked(calls({ ...own, baseUrl: location.origin, fetch: (...all) => fetch(...all) })), {
        clock,
        times: 20,
        ms,
      }),
    };
  },

  async hash({ ms }) {
    const measured = [];
    for (const one of cases)
      measured.push({ name: one.name, taken: await interleave(hashes(one, library), { clock, times: one.times, ms }) });
    return measured;
  },
};

await leave(() => workloads[options.workload]?.(options));
