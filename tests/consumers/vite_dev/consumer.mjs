// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ start, visit }) => {
  const { printed } = start("vite", "--host", "127.0.0.1", "--port", "0");
  const [upstream] = await printed(/http:\/\/127\.0\.0\.1:\d+/);
  return visit({ upstream });
};
