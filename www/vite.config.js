// @ts-check
import { defineConfig } from "vite";

// The built page may load its own files, run WebAssembly, and nothing else: the browser itself sees to it that no
// request leaves. The development server needs more (a socket, inline styles), so it goes without.
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

export default defineConfig({
  // The built page can be put into any folder of a site.
  base: "./",
  server: { host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  build: {
    // Both modules of wasm are in the script, as text.
    chunkSizeWarningLimit: 1024,
    modulePreload: { polyfill: false },
  },
  plugins: [
    {
      name: "content-security-policy",
      apply: "build",
      transformIndexHtml: () => [
        { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
      ],
    },
  ],
});
