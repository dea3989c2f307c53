// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run, visit }) => {
  await run("parcel", "build", "index.html", "--no-cache", "--no-source-maps");
  return visit({ folder: "dist" });
};
