// @ts-check
// Builds the console into static files that run from any folder of a site.
import { defineConfig } from "vite";
import { firstLook } from "./first-look.js";

// The page may load its own files, run WebAssembly, and nothing else: the browser itself sees to it that no request leaves.
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig({
  base: "./",
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  worker: { format: "es" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // The modules of wasm are in their scripts, as text.
    chunkSizeWarningLimit: 3000,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // The package's modules are files of their own, named by what they are: the page loads each when it needs it.
        codeSplitting: {
          groups: [
            { name: "sandbox", test: /pkg\/dist\/(sandbox|simulator)\b/ },
            { name: "openapi", test: /pkg\/dist\/openapi\.json/ },
            { name: "client", test: /pkg\/dist\// },
          ],
        },
      },
    },
  },
  plugins: [
    firstLook(),
    {
      name: "content-security-policy",
      apply: "build",
      transformIndexHtml: () => [
        { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
      ],
    },
  ],
});
