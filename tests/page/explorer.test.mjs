// @ts-check
// The explorer: each operation of the contract has its form, is sent, and its result is shown with secrets masked.
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";
import { RUNNING } from "./views.mjs";

/** @typedef {import("playwright-core").Page} Page */

const document = JSON.parse(readFileSync(new URL("../../pkg/dist/openapi.json", import.meta.url), "utf8"));
const operations = Object.values(document.paths)
  .flatMap((item) => Object.values(item))
  .map((operation) => operation["x-name"]);

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
before(async () => {
  site = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** @param {string} path @param {(page: Page) => Promise<void>} visit */
const at = (path, visit) => inPage(browser, `${site.address}#/explorer${path}`, visit);

/** @param {Page} page */
const outcome = (page) => page.getByRole("region", { name: "The outcome" });

/** Chooses a known value, once it has loaded. @param {import("playwright-core").Locator} select @param {string} text */
async function choose(select, text) {
  const option = select.locator("option", { hasText: text });
  await option.waitFor({ state: "attached" });
  await select.selectOption(await option.getAttribute("value"));
}

test("operations are found by their names, paths and texts", async () => {
  await at("", async (page) => {
    await page.getByText(`${operations.length} operations`, { exact: true }).waitFor();
    await page.getByLabel("Search operations").fill("upgrade window delete");
    await page.getByText("1 operation", { exact: true }).waitFor();
    await page.getByRole("link", { name: /upgradeWindow\.delete/ }).click();
    await page.getByRole("heading", { level: 1, name: "services.upgradeWindow.delete" }).waitFor();
    await expect(page).toHaveTitle("services.upgradeWindow.delete · clickhouse-cloud");
    await page.goBack();
    await expect(page.getByLabel("Search operations")).toHaveValue("upgrade window delete");
    await page.getByLabel("Search operations").fill("no such thing");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText(`${operations.length} operations`, { exact: true }).waitFor();
  });
});

test("every operation has a form by its address", async () => {
  await at("", async (page) => {
    for (const name of operations) {
      await page.evaluate((address) => (location.hash = address), `/explorer/${name}`);
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await page.getByRole("button", { name: /^Send/ }).first().waitFor();
    }
    await page.evaluate(() => (location.hash = "/explorer/services.fly"));
    await page.getByText("There is no such operation.").waitFor();
  });
});

test("a read offers the known ids, and shows the typed result as text and as a tree", async () => {
  await at("/services.get", async (page) => {
    await choose(page.getByLabel("Service ID"), "events");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const result = outcome(page).getByRole("region", { name: "The result" });
    await expect.poll(async () => JSON.parse(await result.innerText()).name).toBe("events");
    const facts = /Status\s+200\s+Time\s+[\d,]+ ms\s+Attempts\s+1\s+Request\s+[0-9a-f-]{36}\s+Type\s+Service/;
    await expect(outcome(page).locator("dl")).toHaveText(facts, { useInnerText: true });
    await outcome(page).getByRole("button", { name: "Tree" }).click();
    await outcome(page).getByText("ipAccessList").click();
    await outcome(page).locator(".leaf", { hasText: 'name: "events"' }).first().waitFor();
    await page.getByText(`await cloud.services.get("${RUNNING}")`).waitFor();
  });
});

test("values in the address fill in the form", async () => {
  await at(`/services.get?serviceId=${RUNNING}`, async (page) => {
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await outcome(page).getByText('"name": "events"').waitFor();
  });
});

test("an invalid request is refused at its fields, and nothing is sent", async () => {
  await at("/usageCost.get", async (page) => {
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("alert").getByText("2 values are refused; nothing was sent.").waitFor();
    await page.getByLabel("From date").fill("2026-10-01");
    await page.getByLabel("To date").fill("2026-10-07");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await outcome(page).getByText("grandTotalCHC").waitFor();
  });
});

test("a change that acts again each time asks first, and its secrets are masked until they are revealed", async () => {
  await at("/keys.create", async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("from the explorer");
    await page.getByText("More options").click();
    await page.getByRole("button", { name: "Add to Assigned role IDs" }).click();
    await choose(page.getByLabel("Assigned role IDs 1", { exact: true }), "Service admin");
    await page.getByRole("button", { name: "Send…" }).click();
    const dialog = page.getByRole("dialog", { name: "Send keys.create?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(outcome(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Send…" }).click();
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    const result = outcome(page).getByRole("region", { name: "The result" });
    await expect(result).toHaveText(/"keySecret": "•+"/, { useInnerText: true });
    await outcome(page).getByRole("button", { name: "Reveal the secrets" }).click();
    await expect(result).toHaveText(/"keySecret": "[\w-]{8,}"/, { useInnerText: true });
  });
});

test("results that are text are shown as text, and results that are nothing as nothing", async () => {
  await at("/organizations.getPrometheus", async (page) => {
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await outcome(page).getByText("# HELP").first().waitFor();
    await page.evaluate((address) => (location.hash = address), "/explorer/invitations.delete");
    await choose(page.getByLabel("Invitation ID"), "dan@example.com");
    await page.getByRole("button", { name: "Send…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
    await outcome(page).getByText("It has no result.").waitFor();
    await page
      .getByRole("region", { name: "What was sent" })
      .getByRole("button", { name: /getPrometheus/ })
      .click();
    await outcome(page).getByText("# HELP").first().waitFor();
  });
});

test("an error of the API is shown in words with its request id", async () => {
  await at("/services.get?serviceId=00000000-0000-4000-8000-000000000000", async (page) => {
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await outcome(page).getByText("It does not exist any more.").waitFor();
    await expect(outcome(page)).toHaveText(/Status\s+404/, { useInnerText: true });
    await expect(outcome(page)).toHaveText(/[0-9a-f]{8}-[0-9a-f-]{27}/, { useInnerText: true });
    await expect(outcome(page)).not.toHaveText(/[A-Z]\w+Error/, { useInnerText: true });
  });
});

test("a body of one of several kinds is filled in by kind", async () => {
  await at(`/backups.bucket.create?serviceId=${RUNNING}`, async (page) => {
    await page.getByLabel("Kind of body").selectOption("Azure");
    await page.getByRole("textbox", { name: "Connection string" }).fill("secret words");
    await expect(page.getByRole("textbox", { name: "Connection string" })).toHaveAttribute("type", "password");
    const program = page.getByRole("region", { name: "JavaScript" });
    await expect(program).toContainText('bucketProvider: "AZURE"');
    await expect(program).toContainText("connectionString: process.env.CONNECTION_STRING");
    await expect(program).not.toContainText("secret words");
    await page.getByRole("button", { name: "JSON" }).click();
    await expect(page.getByRole("region", { name: "JSON" })).not.toContainText("secret words");
  });
});
