// @ts-check
// Builds the console into static files that run from any folder of a site.
import { randomUUID } from "node:crypto";
import { defineConfig } from "vite";
import { realApi } from "./real-api.js";
import { firstLook } from "./first-look.js";

/**
 * The page may load its own files, run WebAssembly, and nothing else: the browser itself sees to it that no request leaves.
 *
 * @param {string} [styles] more sources of styles
 * @param {string} [connections] more addresses to connect to
 */
const policy = (styles = "", connections = "") =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `style-src 'self' ${styles}`.trim(),
    "img-src 'self' data:",
    `connect-src 'self' ${connections}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

// The development server replaces styles while it runs: it marks its style elements with this, and has a socket.
const nonce = randomUUID();

export default defineConfig({
  base: "./",
  html: { cspNonce: nonce },
  server: { host: "127.0.0.1", headers: { "content-security-policy": policy(`'nonce-${nonce}'`, "ws://127.0.0.1:*") } },
  preview: { host: "127.0.0.1" },
  worker: { format: "es" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // The first with light-dark() in style sheets: of 2024.
    target: ["chrome123", "firefox121", "safari17.5"],
    // The modules of wasm are in their scripts, as text.
    chunkSizeWarningLimit: 3000,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // The package's modules are files of their own, named by what they are: the page loads each when it needs it.
        codeSplitting: {
          groups: [
            { name: "sandbox", test: /pkg\/dist\/(sandbox|simulator)\b/ },
            { name: "openapi", test: /pkg\/dist\/openapi\.json/ },
            { name: "client", test: /pkg\/dist\// },
            // Small parts together compress better than apart.
            { name: "ui", test: /www\/src\/(ui|store|backend)\/|node_modules\/(preact|@preact|wouter-preact)\// },
            { name: "forms", test: /www\/src\/forms\// },
            { name: "workbench", test: /www\/src\/views\/workbench\// },
            { name: "requests", test: /www\/src\/views\/(create|explorer)\// },
            { name: "organization", test: /www\/src\/(views\/(keys|people|activities|usage)|store\/organization)/ },
          ],
        },
      },
    },
  },
  plugins: [
    firstLook(),
    realApi(),
    {
      name: "content-security-policy",
      apply: "build",
      // Built files need no nonce.
      config: () => ({ html: { cspNonce: "" } }),
      transformIndexHtml: () => [
        { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy() }, injectTo: "head-prepend" },
      ],
    },
  ],
});
