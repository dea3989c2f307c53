// @ts-check
// The console's views: for the tests that hold in each of them, and for the screenshots.

/** The service "events" of the sandbox's scenario, whose ids follow from the seed. */
export const RUNNING = "9d3a72d6-4711-4c13-aa8b-5f58a9fbf950";

/** The address of each view, and its heading. @type {Record<string, { path: string, heading: RegExp }>} */
export const views = {
  services: { path: "/services", heading: /^Services$/ },
  create: { path: "/services/new", heading: /service$/i },
  service: { path: `/services/${RUNNING}`, heading: /^events$/ },
  scaling: { path: `/services/${RUNNING}/scaling`, heading: /^events$/ },
  access: { path: `/services/${RUNNING}/access`, heading: /^events$/ },
  password: { path: `/services/${RUNNING}/password`, heading: /^events$/ },
  backups: { path: `/services/${RUNNING}/backups`, heading: /^events$/ },
  keys: { path: "/keys", heading: /^Keys$/ },
  people: { path: "/people", heading: /^People$/ },
  activities: { path: "/activities", heading: /^Activities$/ },
  usage: { path: "/usage", heading: /^Usage$/ },
  explorer: { path: "/explorer", heading: /^Explorer$/ },
  operation: { path: "/explorer/keys.create", heading: /./ },
};

/**
 * Opens a view and waits until it has settled: its heading is there, and nothing loads any more.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @param {{ path: string, heading: RegExp }} view
 */
export async function visit(page, address, { path, heading }) {
  await page.goto(`${address}#${path}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  await page.waitForFunction(() => document.querySelector(".skeleton") === null && !/connecting/.test(document.body.innerText));
}
