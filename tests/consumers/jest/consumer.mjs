// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const rows = ["node", "jsdom", "edge"];

/** @type {import("../harness.mjs").Consumer} */
export default async ({ folder, env, start }) => {
  // Jest requires: the journey becomes a CommonJS module.
  const journey = readFileSync(join(folder, "journey.mjs"), "utf8").replace(
    "export async function journey",
    "exports.journey = journey;\nasync function journey",
  );
  writeFileSync(join(folder, "journey.js"), journey);
  writeFileSync(join(folder, "options.json"), String(env.SANDBOX));
  /** @type {Record<string, unknown>} */
  const answers = {};
  for (const row of rows) {
    const jest = start("jest", "--selectProjects", row);
    const [, answer] = await jest.printed(/answer: (\{.*\})/);
    await jest.succeeded;
    answers[row] = JSON.parse(answer);
  }
  return answers;
};
