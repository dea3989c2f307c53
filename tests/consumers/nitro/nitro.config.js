export default {
  compatibilityDate: "2026-04-01",
  // The presets of Workers and of Vercel's edge functions turn it on by themselves or leave it to the project.
  experimental: { wasm: true },
  replace: { SANDBOX: process.env.SANDBOX },
};
