// @ts-check
import { basename, dirname } from "node:path";
import { checkParts } from "../parts.mjs";

export const rows = ["esm", "cjs"];

/** @type {import("../harness.mjs").Consumer} */
export default async (context) => {
  const { run, visit } = context;
  await run("webpack");
  await checkParts(context, (entry, output) => {
    const [path, filename] = [dirname(output), basename(output)];
    return run(
      "webpack",
      "--config-name",
      "page",
      "--entry-reset",
      "--entry",
      `./${entry}`,
      "--output-path",
      path,
      "--output-filename",
      filename,
    );
  });
  return { esm: await visit({ folder: "public" }), cjs: JSON.parse(await run("node", "dist/main.cjs")) };
};
