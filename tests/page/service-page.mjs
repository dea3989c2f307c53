// @ts-check
// The console with a tap between its client and the API: tests hold, refuse and record requests, and change a service as another
// client does.
import { after, before } from "node:test";
import { inPage, launch, serve } from "./site.mjs";
import { RUNNING } from "./views.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ method: string, path: string, body: any, response: any }} Sent */

/** Passes the options of the page's client to `globalThis.tap`. @type {import("vite").Plugin} */
const tapped = {
  name: "tap",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/www/src/") || !code.includes("new CloudClient(")) return undefined;
    return `${code.replaceAll("new CloudClient(", "tapClient(CloudClient, ")}
      function tapClient(Client, options) { return new Client(globalThis.tap ? globalThis.tap(Client, options) : options); }`;
  },
};

/**
 * Serves the tapped console for the tests of a file, and gives the function that opens a part of a service in it.
 *
 * @returns {(path: string, visit: (page: Page) => Promise<void>, options?: import("playwright-core").BrowserContextOptions) => Promise<void>}
 */
export function servicePages() {
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let site;
  before(async () => {
    site = await serve([tapped]);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
  return (path, visit, options) => inService(browser, site.address, path, visit, options);
}

export const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) => page.getByRole("button", { name, exact: true });

/** In the page, before its scripts. */
function install() {
  /** @type {any} */
  const page = globalThis;
  page.sent = [];
  page.refused = sessionStorage.getItem("test.refused");
  page.tap = (/** @type {any} */ Client, /** @type {any} */ options) => {
    page.another = new Client(options);
    page.options = options;
    return {
      ...options,
      fetch: async (/** @type {string} */ url, /** @type {RequestInit} */ init = {}) => {
        const entry = /** @type {any} */ ({ method: init.method ?? "GET", path: new URL(url).pathname, body: undefined });
        if (init.body) entry.body = JSON.parse(await new Response(init.body).text());
        if (entry.method !== "GET") page.sent.push(entry);
        if (entry.method !== "GET") await page.held;
        if (page.refused === entry.method) {
          const refusal = { status: 403, error: "FORBIDDEN: not on a Friday", requestId: "c2d9ef58-14ee-4a65-bd0c-9ac1b6a4b1f3" };
          return new Response(JSON.stringify(refusal), { status: 403, headers: { "content-type": "application/json" } });
        }
        const response = await options.fetch(url, init);
        if (entry.method !== "GET") {
          entry.response = await response
            .clone()
            .json()
            .catch(() => undefined);
        }
        return response;
      },
    };
  };
}

/**
 * Opens a part of the service "events".
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 * @param {string} path
 * @param {(page: Page) => Promise<void>} visit
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
const inService = (browser, address, path, visit, options) =>
  inPage(
    browser,
    `${address}#/services/${path}`,
    async (page) => {
      await page.getByRole("navigation", { name: "Screens" }).waitFor();
      await page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".skeleton") === null);
      await visit(page);
    },
    options,
    install,
  );

export const events = (part = "") => (part === "" ? RUNNING : `${RUNNING}/${part}`);

/** The page's requests that change something. @param {Page} page @returns {Promise<Sent[]>} */
export const sent = (page) => page.evaluate(() => /** @type {any} */ (globalThis).sent);

/** Refuses requests with this method, also after a reload. @param {Page} page @param {string} method */
export const refuse = (page, method) =>
  page.evaluate((refused) => {
    sessionStorage.setItem("test.refused", refused);
    Object.assign(globalThis, { refused });
  }, method);

/** Holds requests until the result is called. @param {Page} page */
export async function hold(page) {
  await page.evaluate(() => {
    Object.assign(globalThis, { held: new Promise((release) => Object.assign(globalThis, { release })) });
  });
  return () => page.evaluate(() => /** @type {any} */ (globalThis).release());
}

/** The other client comes with the console's own, after the first paint. @param {Page} page */
const another = (page) => page.waitForFunction(() => /** @type {any} */ (globalThis).another !== undefined);

/** Changes the service "events" as another client does. @param {Page} page @param {object} body */
export const updateElsewhere = async (page, body) => {
  await another(page);
  await page.evaluate(
    async ([id, change]) => void (await /** @type {any} */ (globalThis).another.services.update(id, change)),
    [RUNNING, body],
  );
};

/** Creates a service as another client does, and gives its id. @param {Page} page @param {object} body @returns {Promise<string>} */
export const createElsewhere = async (page, body) => {
  await another(page);
  return page.evaluate(async (given) => (await /** @type {any} */ (globalThis).another.services.create(given)).service.id, body);
};

/** Reads the service "events" as another client does. @param {Page} page @returns {Promise<any>} */
export const readElsewhere = async (page) => {
  await another(page);
  return page.evaluate((id) => /** @type {any} */ (globalThis).another.services.get(id), RUNNING);
};
