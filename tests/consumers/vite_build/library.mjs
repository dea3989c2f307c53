// Builds one file for the parts: vite's command takes no entry that is not a page.
import { basename, dirname } from "node:path";
import { build } from "vite";

const [entry, output] = process.argv.slice(2);
await build({
  logLevel: "warn",
  build: { lib: { entry, formats: ["es"], fileName: () => basename(output) }, outDir: dirname(output), emptyOutDir: false },
});
