// The bundle, in a context that has what React Native has: no WebAssembly, no TextDecoder. Then where it can run.
const { readFileSync } = require("node:fs");
const { createContext, runInContext } = require("node:vm");

const bundle = readFileSync("bundle.js", "utf8");
const bare = createContext({ console, setTimeout, clearTimeout, performance });
runInContext("delete globalThis.WebAssembly; globalThis.window = globalThis;", bare);
runInContext(bundle, bare);
let message = "nothing was thrown";
try {
  bare.library.hashPassword("abc");
} catch (error) {
  message = `${error.name}: ${error.message}`;
}
if (!/^CloudError: .*no WebAssembly, no TextDecoder, no TextEncoder/.test(message)) throw new Error(message);

(0, eval)(bundle);
const { journey, ...library } = globalThis.library;
journey(library, JSON.parse(process.env.SANDBOX)).then((answer) => console.log(JSON.stringify(answer)));
