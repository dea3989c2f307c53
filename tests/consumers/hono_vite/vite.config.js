import build from "@hono/vite-build/cloudflare-workers";

// Vite has no way to keep a .wasm file as a module: the package is left to wrangler, which has.
export default { plugins: [build({ entry: "src/index.js", external: ["clickhouse-cloud"] })] };
