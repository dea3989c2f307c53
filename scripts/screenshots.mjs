// @ts-check
// Makes a picture of each of the console's views, in four widths, light and dark: target/screenshots/. `--readme` renews those of
// the README in docs/images/; the names of views make only those of these.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, serve } from "../tests/page/site.mjs";
import { views, visit } from "../tests/page/views.mjs";
import { root } from "./tools.mjs";

const widths = [360, 768, 1440, 2560];
const schemes = /** @type {const} */ (["light", "dark"]);
/** The pictures of the README. */
const readme = { services: "console-services.png", service: "console-service.png" };

const site = await serve();
const browser = await launch();
try {
  if (process.argv.includes("--readme")) {
    const folder = join(root, "docs/images");
    mkdirSync(folder, { recursive: true });
    for (const [name, file] of Object.entries(readme))
      await picture(name, 1200, name === "services" ? "light" : "dark", join(folder, file), false);
  } else {
    const folder = join(root, "target/screenshots");
    mkdirSync(folder, { recursive: true });
    const made = [];
    const named = process.argv.slice(2);
    for (const name of named.length === 0 ? Object.keys(views) : named) {
      for (const width of widths) {
        for (const scheme of schemes) {
          const file = `${name}-${width}-${scheme}.png`;
          await picture(name, width, scheme, join(folder, file), true);
          made.push(file);
        }
      }
    }
    const figures = made.map((file) => `<figure><figcaption>${file}</figcaption><img src="${file}" width="480" alt=""></figure>`);
    writeFileSync(join(folder, "index.html"), `<!doctype html><title>Screenshots</title>${figures.join("\n")}`);
    console.log(`${made.length} pictures in target/screenshots/index.html`);
  }
} finally {
  await browser.close();
  site.close();
}

/**
 * @param {string} name
 * @param {number} width
 * @param {"light" | "dark"} colorScheme
 * @param {string} path
 * @param {boolean} whole
 */
async function picture(name, width, colorScheme, path, whole) {
  const view = views[name];
  if (view === undefined) throw new Error(`no view ${name}`);
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await visit(page, site.address, view);
  // As high as the page, so that what is fixed is at its end. The workbench hides the page behind it.
  if (whole && view.panel === undefined) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
  }
  await page.screenshot({ path });
  await context.close();
}
