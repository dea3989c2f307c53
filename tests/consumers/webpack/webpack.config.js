import { resolve } from "node:path";

export default [
  { name: "page", mode: "production", entry: "./main.js", output: { path: resolve("public"), filename: "main.js" } },
  { name: "program", mode: "production", target: "node", entry: "./main.cjs", output: { path: resolve("dist"), filename: "main.cjs" } },
];
