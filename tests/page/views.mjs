// @ts-check
// The console's views: for the tests that hold in each of them, and for the screenshots.

/** The service "events" of the sandbox's scenario, whose ids follow from the seed. */
export const RUNNING = "9d3a72d6-4711-4c13-aa8b-5f58a9fbf950";

/** The address of each view, its heading, and the panel of the workbench that is open. @typedef {{ path: string, heading: RegExp, panel?: string }} View */

/** @type {Record<string, View>} */
export const views = {
  services: { path: "/services", heading: /^Services$/ },
  create: { path: "/services/new", heading: /service$/i },
  service: { path: `/services/${RUNNING}`, heading: /^events$/ },
  scaling: { path: `/services/${RUNNING}/scaling`, heading: /^events$/ },
  access: { path: `/services/${RUNNING}/access`, heading: /^events$/ },
  password: { path: `/services/${RUNNING}/password`, heading: /^events$/ },
  backups: { path: `/services/${RUNNING}/backups`, heading: /^events$/ },
  settings: { path: `/services/${RUNNING}/settings`, heading: /^events$/ },
  keys: { path: "/keys", heading: /^Keys$/ },
  people: { path: "/people", heading: /^People$/ },
  activities: { path: "/activities", heading: /^Activities$/ },
  usage: { path: "/usage", heading: /^Usage$/ },
  explorer: { path: "/explorer", heading: /^Explorer$/ },
  operation: { path: "/explorer/keys.create", heading: /./ },
  requests: { path: "/services", heading: /^Services$/, panel: "Requests" },
  limit: { path: "/services", heading: /^Services$/, panel: "Rate limit" },
  faults: { path: "/services", heading: /^Services$/, panel: "Faults" },
  clock: { path: "/services", heading: /^Services$/, panel: "Clock" },
};

/**
 * Opens a view and waits until it has settled: its heading is there, and nothing loads any more.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @param {View} view
 */
export async function visit(page, address, { path, heading, panel }) {
  await page.goto(`${address}#${path}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  const dock = page.getByRole("complementary", { name: "Workbench" });
  const opener = panel === undefined ? undefined : dock.getByRole("button", { name: panel, exact: true });
  if (opener !== undefined && (await opener.getAttribute("aria-expanded")) === "false") await opener.click();
  // The clock comes with the sandbox, and the texts of forms with the contract.
  await dock.getByRole("button", { name: "Clock", exact: true }).waitFor();
  await page.waitForFunction(() => document.querySelector(".skeleton") === null && !/connecting|^…$/m.test(document.body.innerText));
}
