// @ts-check
// Keys, people, activities and costs in the console.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";
import { views, visit } from "./views.mjs";

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

/** @param {string} view @param {(page: import("playwright-core").Page) => Promise<void>} run */
const inView = (view, run) =>
  inPage(browser, site.address, async (page) => {
    await visit(page, site.address, /** @type {any} */ (views[view]));
    await run(page);
  });

/** @param {import("playwright-core").Page} page @param {string} name */
const record = (page, name) => page.getByRole("article", { name: new RegExp(`^${name}`) });

test("a key is created, shown once, rotated, disabled, enabled and deleted", async () => {
  await inView("keys", async (page) => {
    await page.getByRole("button", { name: "New key" }).click();
    const form = page.getByRole("form", { name: "New key" });
    await form.getByLabel("Name").fill("   ");
    await form.getByRole("button", { name: "Create key" }).click();
    await form.getByText("Give it a name that can be seen.").waitFor();
    await form.getByLabel("Name").fill("ci");
    await form.getByLabel("Expires").selectOption("in 30 days");
    await form.getByRole("button", { name: "Create key" }).click();

    // Its secret is masked, and stays until the visitor has stored it, also over a look elsewhere.
    const shown = page.getByRole("region", { name: "The credentials of ci" });
    await shown.getByText("••••").waitFor();
    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
    await page.goBack();
    await shown.getByRole("button", { name: "Show the secret" }).click();
    await expect(shown.locator(".secret-value")).toHaveText(/^\S{20,}$/);
    await shown.getByRole("button", { name: "I have stored it" }).click();
    await expect(shown).toHaveCount(0);
    await record(page, "ci")
      .getByText("in 4 weeks")
      .or(record(page, "ci").getByText(/in 2\d days|next month/))
      .waitFor();

    // A rotation asks first, makes one key more, and disables the old one.
    await page.getByRole("button", { name: "Rotate ci" }).click();
    await page.getByRole("dialog", { name: "Rotate ci?" }).getByRole("button", { name: "Rotate" }).click();
    await shown.getByText("••••").waitFor();
    await record(page, "ci").getByText("disabled").waitFor();
    await page.getByText("Rotate ci: done.").waitFor();
    await expect(record(page, "ci")).toHaveCount(2);
    const disabled = record(page, "ci").filter({ hasText: "disabled" });
    await disabled.getByRole("button", { name: "Enable ci" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".record .pill.rest").length === 1);

    await record(page, "Old script").getByRole("button", { name: "Delete Old script" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await record(page, "Old script").getByRole("button", { name: "Delete Old script" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete it" }).click();
    await record(page, "Old script").waitFor({ state: "detached" });
  });
});

test("the key of the page itself is neither rotated, disabled nor deleted", async () => {
  await inView("keys", async (page) => {
    const own = record(page, "sandbox-key-id");
    for (const name of ["Rotate", "Disable", "Delete"]) {
      const button = own.getByRole("button", { name: `${name} sandbox-key-id`, disabled: true });
      await button.click({ force: true });
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    await expect(own.getByText("This page uses it")).toHaveCount(3);
  });
});

test("a person is invited, and the invitation withdrawn; a wrong address is refused at once", async () => {
  await inView("people", async (page) => {
    const form = page.getByRole("form", { name: "Invite a person" });
    await form.getByLabel("E-mail address").fill("dan@example.com");
    await form.getByRole("button", { name: "Invite" }).click();
    // The API's own text is shown, not the name of a class.
    await form.getByText("The state of the resource does not permit that now.").waitFor();
    assert.ok(!/\w+Error/.test((await form.innerText()) ?? ""));
    await form.getByLabel("E-mail address").fill("eve@example.com");
    await form.getByRole("button", { name: "Invite" }).click();
    await record(page, "eve@example.com").waitFor();
    await page.getByRole("button", { name: "Withdraw the invitation of eve@example.com" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
    await record(page, "eve@example.com").waitFor({ state: "detached" });
  });
});

test("a member gets another role, and the last admin stays", async () => {
  await inView("people", async (page) => {
    await page.getByLabel("Role of Ada Fischer").selectOption("Developer");
    await page.getByText("Change the role of Ada Fischer: done.").waitFor();
    await page.getByRole("button", { name: "Remove Sandbox Admin", disabled: true }).waitFor();
    await record(page, "Sandbox Admin").getByText("The last admin stays").waitFor();
    await page.getByRole("button", { name: "Remove Ben Okafor" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await record(page, "Ben Okafor").waitFor({ state: "detached" });
  });
});

test("activities are the newest first, and searched", async () => {
  await inView("activities", async (page) => {
    const times = await page.locator(".entry time").evaluateAll((found) => found.map((time) => time.getAttribute("datetime") ?? ""));
    assert.ok(times.length > 5);
    assert.deepEqual(times, [...times].sort().reverse());
    await page.getByLabel("Search").fill("staging");
    await expect(page.locator(".entry").filter({ hasNotText: "staging" })).toHaveCount(0);
    assert.ok((await page.locator(".entry").count()) > 0);
    await page.getByLabel("Search").fill("no such thing");
    await page.getByText("No activity is like that.").waitFor();
  });
});

test("costs are a chart and a table, with the same total", async () => {
  await inView("usage", async (page) => {
    const total = Number.parseFloat(((await page.locator(".total").textContent()) ?? "").replaceAll(",", ""));
    assert.ok(total > 0);
    await page.getByText("As a table").click();
    const cells = page.locator("tbody td:last-child");
    await expect(cells).toHaveCount(30);
    const days = await cells.allTextContents();
    assert.ok(Math.abs(days.map(Number).reduce((sum, day) => sum + day, 0) - total) < 0.01);
    await page.getByLabel("90 days").check();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 90 || document.querySelector("details:not([open])"));
    await page.getByRole("combobox", { name: "Of" }).selectOption("billing");
    await page.getByRole("img", { name: /^Costs of 90 days/ }).waitFor();
  });
});
