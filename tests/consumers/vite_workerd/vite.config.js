// A server's bundle, made with the condition of Workers.
export default {
  ssr: { noExternal: true, resolve: { conditions: ["workerd"] } },
  build: { ssr: "main.js", ssrEmitAssets: true },
};
