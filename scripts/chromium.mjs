// @ts-check
// Finds the browser programs and chromedriver: named by environment variables, or on PATH.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The path of a program on PATH: the first of these names that exists.
 *
 * @param {string[]} names
 */
export function onPath(names) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

export const chromium = () => process.env.CHROMIUM ?? onPath(["chromium", "google-chrome", "chrome"]);
export const chromedriver = () => process.env.CHROMEDRIVER ?? onPath(["chromedriver"]);
export const firefox = () => process.env.FIREFOX ?? onPath(["firefox-esr", "firefox"]);

/** The options of a headless browser, also as root and in a container. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
];
