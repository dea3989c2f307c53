export default defineNuxtConfig({
  compatibilityDate: "2026-04-01",
  telemetry: false,
  nitro: {
    // Nitro leaves .wasm files alone without it.
    experimental: { wasm: true },
    replace: { "process.env.SANDBOX": JSON.stringify(process.env.SANDBOX) },
  },
});
