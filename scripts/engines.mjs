// @ts-check
// The browser engines that the tests run in, each driven by WebDriver. Their programs are named by environment variables, or found
// on PATH. A machine may lack some of them.
import { chromedriver, chromium, chromiumArguments, firefox, onPath } from "./chromium.mjs";

export const geckodriver = () => process.env.GECKODRIVER ?? onPath(["geckodriver"]);
export const webkitdriver = () => process.env.SAFARIDRIVER ?? onPath(["WebKitWebDriver"]);
export const xvfb = () => onPath(["Xvfb"]);

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {() => string | undefined} driver the path of its WebDriver program
 * @property {Record<string, () => string | undefined>} programs all programs that it needs, by name
 * @property {boolean} screen whether it has no headless mode
 * @property {() => object} capabilities of its WebDriver session
 */

/** @type {Engine[]} */
export const engines = [
  {
    name: "Chromium",
    driver: chromedriver,
    programs: { chromium, chromedriver },
    screen: false,
    capabilities: () => ({ "goog:chromeOptions": { binary: chromium(), args: ["--headless=new", ...chromiumArguments] } }),
  },
  {
    name: "Firefox",
    driver: geckodriver,
    programs: { firefox, geckodriver },
    screen: false,
    capabilities: () => ({ "moz:firefoxOptions": { binary: firefox(), args: ["-headless"] } }),
  },
  {
    name: "WebKit",
    driver: webkitdriver,
    programs: { WebKitWebDriver: webkitdriver, Xvfb: xvfb, "xvfb-run": () => onPath(["xvfb-run"]) },
    screen: true,
    capabilities: () => ({}),
  },
];

/**
 * The reason why the tests cannot run in an engine here; undefined: they can.
 *
 * @param {string} name
 */
export function lacking(name) {
  const { programs = {} } = engines.find((engine) => engine.name === name) ?? {};
  const missing = Object.keys(programs).filter((program) => programs[program]() === undefined);
  return missing.length === 0 ? undefined : `${name} is not here: no ${missing.join(" and no ")} on PATH`;
}
