// @ts-check
// Controls a page in a browser engine by plain WebDriver, the one protocol that Chromium, Firefox and WebKit share.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { xvfb } from "../../scripts/engines.mjs";

/** The time limit of one command; a driver that hangs fails the test. */
const COMMAND_MS = 30_000;
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @typedef {Awaited<ReturnType<typeof open>>} Session */

/**
 * Starts a browser.
 *
 * @param {import("../../scripts/engines.mjs").Engine} engine
 * @param {(end: () => unknown) => void} after takes what ends it, last come first served
 */
export async function open(engine, after) {
  const env = engine.screen ? { ...process.env, DISPLAY: await screen(after) } : process.env;
  const port = await freePort();
  const driver = begin(engine.driver() ?? "", [`--port=${port}`], env, after);
  driver.stdout.resume();
  const base = `http://127.0.0.1:${port}`;
  for (let up = false; !up; ) {
    if (driver.exitCode !== null) throw new Error(`${engine.name}: its driver ended with ${driver.exitCode}`);
    up = await fetch(`${base}/status`).then(
      (response) => response.ok,
      () => setTimeout(50, false),
    );
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  const send = async (method, path, body) => {
    const init = { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(base + path, { ...init, signal: AbortSignal.timeout(COMMAND_MS) });
    const { value } = /** @type {{ value: any }} */ (await response.json());
    if (!response.ok) throw new Error(`${engine.name}: ${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  const { sessionId, capabilities } = await send("POST", "/session", { capabilities: { alwaysMatch: engine.capabilities() } });
  const session = `/session/${sessionId}`;
  // WebKit's driver may come back from a navigation before the page's scripts have run.
  await send("POST", `${session}/timeouts`, { implicit: 20_000 });
  // It ends the browser, too, and what that has left on the disk.
  after(() => send("DELETE", session));

  /** The element that an XPath finds, in the middle of the window: a fixed bar covers its edge. @param {string} value */
  const element = async (value) => {
    const id = await send("POST", `${session}/element`, { using: "xpath", value });
    await send("POST", `${session}/execute/sync`, { script: "arguments[0].scrollIntoView({ block: 'center' })", args: [id] });
    return { id, path: `${session}/element/${id[ELEMENT]}` };
  };

  return {
    /** The browser's version. */
    version: String(capabilities.browserVersion),
    /** @param {string} url */
    go: (url) => send("POST", `${session}/url`, { url }),
    /** What a script returns. @param {string} script @returns {Promise<any>} */
    run: (script) => send("POST", `${session}/execute/sync`, { script, args: [] }),
    /** Clicks what an XPath finds, as soon as it is there. @param {string} value */
    click: async (value) => send("POST", `${(await element(value)).path}/click`, {}),
    /** Enters a text in a field instead of the one that is there. @param {string} value an XPath @param {string} text */
    async enter(value, text) {
      const { id, path } = await element(value);
      // The protocol's own command tells the page nothing in some engines.
      const script = "arguments[0].value = ''; arguments[0].dispatchEvent(new InputEvent('input', { bubbles: true }))";
      await send("POST", `${session}/execute/sync`, { script, args: [id] });
      await send("POST", `${path}/value`, { text });
    },
    /**
     * The value that a script returns, once it is neither null nor false.
     *
     * @param {string} script
     * @param {number} [ms]
     */
    async until(script, ms = 60_000) {
      for (const end = performance.now() + ms; ; await setTimeout(100)) {
        const value = await this.run(script);
        if (value !== null && value !== false) return value;
        if (performance.now() > end) throw new Error(`${engine.name}: ${script} gave nothing in ${ms / 1000} s`);
      }
    },
  };
}

/**
 * Starts a virtual screen and returns its name.
 *
 * @param {(end: () => unknown) => void} after
 * @returns {Promise<string>}
 */
function screen(after) {
  const child = begin(xvfb() ?? "", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], process.env, after);
  let written = "";
  // Not by an iterator: it would close the pipe, and Xvfb ends when it can not write the rest of the line.
  return new Promise((resolve, reject) => {
    child.once("close", () => reject(new Error("Xvfb ended without a screen")));
    child.stdout.setEncoding("utf8").on("data", (text) => {
      written += text;
      if (written.endsWith("\n")) resolve(`:${written.trim()}`);
    });
  });
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env @param {(end: () => unknown) => void} after */
function begin(program, args, env, after) {
  // In a group of its own, with all that it starts.
  const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("error", resolve).once("close", resolve));
  after(() => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch {
      // Nothing of the group is left.
    }
    return ended;
  });
  return child;
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
