// @ts-check
// Where the browsers and the driver of one are: named by the environment, or on PATH.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** @param {string[]} names */
function onPath(names) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

export const chromium = () => process.env.CHROMIUM ?? onPath(["chromium", "google-chrome", "chrome"]);
export const chromedriver = () => process.env.CHROMEDRIVER ?? onPath(["chromedriver"]);
export const firefox = () => process.env.FIREFOX ?? onPath(["firefox-esr", "firefox"]);

/** For a browser without a screen, also as root and in a container. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
];
