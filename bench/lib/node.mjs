// @ts-check
// What the measurements in Node share.
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The processor time of this process on all its threads, in milliseconds: other programs do not disturb it. */
export function computed() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Makes `gc` available, as `node --expose-gc` does. */
export function exposeGc() {
  setFlagsFromString("--expose-gc");
  Object.assign(globalThis, { gc: runInNewContext("gc") });
}

/** Whether a module was started as the program. @param {string} url its own */
export const isProgram = (url) => url === pathToFileURL(process.argv[1] ?? "").href;
