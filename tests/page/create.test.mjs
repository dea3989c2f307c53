// @ts-check
// A new service: each issue at its field, the request beside the form, the password once, and no duplicate after a lost response.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expect, inPage, launch, serve } from "./site.mjs";

/** @typedef {import("playwright-core").Page} Page */

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

/** @param {(page: Page) => Promise<void>} visit @param {import("playwright-core").BrowserContextOptions} [options] */
const inForm = (visit, options) =>
  inPage(
    browser,
    `${site.address}#/services/new`,
    async (page) => {
      await page.getByRole("button", { name: "Create service" }).waitFor();
      await visit(page);
    },
    options,
  );

/** The text that describes a control: its issue and its help. @param {import("playwright-core").Locator} control */
const described = (control) =>
  control.evaluate((element) =>
    (element.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join("\n"),
  );

/** The program beside the form. @param {Page} page */
const program = (page) => page.getByRole("region", { name: "JavaScript" }).innerText();

test("an attempt without values lists each issue at its field, with ways there, and sends nothing", async () => {
  await inForm(async (page) => {
    await page.getByRole("button", { name: "Create service" }).click();
    const summary = page.getByRole("alert");
    await summary.getByText("3 values are refused; nothing was sent.").waitFor();
    await expect.poll(() => described(page.getByLabel("Name", { exact: true }))).toMatch(/Missing: needs a string/);
    await expect.poll(() => described(page.getByLabel("Region or Region ID"))).toMatch(/at least one of region, regionId/);
    await expect(page.locator("[data-path='body/name'] input")).toBeFocused();
    await summary.getByRole("button", { name: "Region" }).click();
    await expect(page.locator("[data-path='body/region'] :focus")).toHaveCount(1);
    await page.getByLabel("Name", { exact: true }).fill("events");
    await summary.getByText("2 values are refused").waitFor();
  });
});

test("an issue is shown once its field is left, and goes while the visitor types", async () => {
  await inForm(async (page) => {
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("   ");
    await expect(name).not.toHaveAttribute("aria-invalid");
    await name.blur();
    await expect.poll(() => described(name)).toMatch(/Expected a name that is not all white space/);
    await expect(name).toHaveAttribute("aria-invalid", "true");
    await name.fill("x");
    await expect(name).not.toHaveAttribute("aria-invalid");

    // Rules between fields are the client's, too.
    const [least, most] = [page.getByLabel("Min replica memory GB"), page.getByLabel("Max replica memory GB")];
    await least.fill("64");
    await most.fill("30");
    await most.blur();
    await expect.poll(() => described(most)).toMatch(/multiple of 4/);
    await most.fill("32");
    await least.blur();
    await expect.poll(() => described(least)).toMatch(/maxReplicaMemoryGb/);
    await page.getByLabel("Num replicas").fill("3");
    await page.getByLabel("Min replicas").fill("2");
    await page.getByLabel("Min replicas").blur();
    await expect.poll(() => described(page.getByLabel("Min replicas"))).toMatch(/nothing beside numReplicas/);

    await page.getByRole("button", { name: "Add to IP access list" }).click();
    const source = page.getByLabel("Source");
    await expect(source, "the new entry has the focus").toBeFocused();
    await source.fill("10.0.0.0/33");
    await source.blur();
    await expect.poll(() => described(source)).toMatch(/Expected an IPv4 or IPv6 address, or a CIDR block/);
    await source.fill("10.0.0.0/8");
    await expect(source).not.toHaveAttribute("aria-invalid");
  });
});

test("an issue that appears does not move what is being clicked", async () => {
  await inForm(async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("   ");
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByLabel("Backup ID").waitFor();
    await expect.poll(() => described(page.getByLabel("Name", { exact: true }))).toMatch(/Expected a name/);
  });
});

test("regions are those of the chosen provider, and others can be entered", async () => {
  await inForm(async (page) => {
    await page.getByLabel("gcp").check();
    const region = page.getByLabel("Region or Region ID");
    await expect(region.locator("option", { hasText: "europe-west4" })).toHaveCount(1);
    await expect(region.locator("option", { hasText: "eu-west-1" })).toHaveCount(0);
    await region.selectOption("Another value…");
    await page.getByLabel("Region, another value").fill("asia-south2");
    await expect.poll(() => program(page)).toMatch(/region: "asia-south2"/);
  });
});

test("the request beside the form has only what was entered", async () => {
  await inForm(
    async (page) => {
      await page.getByLabel("Name", { exact: true }).fill("it's");
      await page.getByRole("button", { name: "curl" }).click();
      await page.getByText("as soon as all values are valid").waitFor();
      await page.getByLabel("aws").check();
      await page.getByLabel("Region or Region ID").selectOption("eu-west-1");
      await page.getByLabel("Idle timeout minutes").fill("15");
      await page.getByLabel("Idle timeout minutes").fill("");
      await page.evaluate(() => navigator.clipboard.writeText(""));
      await page.getByRole("button", { name: "Copy curl" }).click();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      const start = /^curl --fail-with-body -X POST 'https:\/\/api\.clickhouse\.cloud\/v1\/organizations\/[0-9a-f-]{36}\/services'/;
      await expect.poll(copied).toMatch(start);
      await expect.poll(copied).toMatch(/\{"name":"it'\\''s","provider":"aws","region":"eu-west-1"\}/);
      await page.getByRole("button", { name: "JSON" }).click();
      const json = page.getByRole("region", { name: "JSON" });
      await expect.poll(async () => JSON.parse(await json.innerText())).toEqual({ name: "it's", provider: "aws", region: "eu-west-1" });
      await page.getByRole("button", { name: "JavaScript" }).click();
      await expect
        .poll(() => program(page))
        .toMatch(/await cloud\.services\.create\(\{ name: "it's", provider: "aws", region: "eu-west-1" \}\);/);
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
});

/** @param {Page} page @param {string} name */
async function fill(page, name) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("aws").check();
  await page.getByLabel("Region or Region ID").selectOption("eu-west-1");
}

test("the password is shown once, survives navigation, and leads to the service", async () => {
  await inForm(async (page) => {
    await fill(page, "fresh");
    await page.getByRole("button", { name: "Create service" }).click();
    await page.getByText("fresh is being created.").waitFor();
    await page.getByRole("link", { name: "Keys" }).click();
    await page.goBack();
    await page.getByRole("button", { name: /^Show/ }).click();
    await expect(page.locator(".secret-value")).toHaveText(/^[^•]{12,}$/);
    const password = await page.locator(".secret-value").innerText();
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.waitForURL(/#\/services\/[0-9a-f-]{36}$/);
    await expect(page.locator("body")).not.toContainText(password);
  });
});

test("a service whose response is lost on the way is found in the list", async () => {
  await inForm(async (page) => {
    await fill(page, "doubtful");
    const dock = page.getByRole("complementary", { name: "Workbench" });
    await dock.getByRole("button", { name: "Faults", exact: true }).click();
    await dock.getByRole("button", { name: "Next requests: drop after" }).click();
    await page.getByRole("button", { name: "Create service" }).click();
    await page.getByText("No response came: doubtful may have been created.").waitFor();
    await page.getByText("The list has this one of that name").waitFor();
    const reset = page.getByRole("button", { name: "Reset its password" });
    await expect(reset, "it does not run yet").toHaveAttribute("aria-disabled", "true");
    await dock.getByRole("button", { name: "Clock", exact: true }).click();
    await dock.getByRole("button", { name: "1 day" }).click();
    await page.locator(".found", { hasText: /running|idle/ }).waitFor();
    await reset.click();
    await page.getByText("This password of doubtful is shown only now").waitFor();
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("heading", { level: 1, name: "doubtful" }).waitFor();
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await page.getByRole("link", { name: "doubtful" }).waitFor();
    await expect(page.getByRole("link", { name: "doubtful" })).toHaveCount(1);
  });
});

/** A creation whose response was lost: the page was reloaded meanwhile. @param {Page} page @param {string} name */
async function lost(page, name) {
  const interrupted = {
    key: "services/new",
    label: `Create ${name}`,
    status: "running",
    resume: { by: "services/new", with: [name, "0"] },
  };
  await page.evaluate((stored) => sessionStorage.setItem("clickhouse-cloud.mutations", JSON.stringify([stored])), interrupted);
  await page.reload();
  await page.getByText(`No response came: ${name} may have been created.`).waitFor();
}

test("after a lost response the page finds the service, and has a new password made", async () => {
  await inForm(async (page) => {
    await lost(page, "events");
    await page.getByText("The list has this one of that name").waitFor();
    await expect(page.getByRole("button", { name: "Create service" })).toHaveAttribute("aria-disabled", "true");
    await expect(page.getByRole("button", { name: /try again/i })).toHaveCount(0);
    await page.getByRole("button", { name: "Reset its password" }).click();
    await page.getByText("This password of events is shown only now").waitFor();
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.waitForURL(/#\/services\/9d3a72d6-[0-9a-f-]{27}$/);
    await page.goBack();
    await page.getByRole("button", { name: "Create service" }).waitFor();
    await expect(page.getByText("No response came")).toHaveCount(0);
  });
});

test("after a lost response another try is offered only when the list was read, and asks first", async () => {
  await inForm(async (page) => {
    await lost(page, "unheard");
    await page.getByText("The list has no service of this name").waitFor();
    await fill(page, "unheard");
    await page.getByRole("button", { name: "Create another one…" }).click();
    const dialog = page.getByRole("dialog", { name: "Create unheard once more?" });
    await dialog.getByText("there will be two services").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Create another one…" }).click();
    await dialog.getByRole("button", { name: "Create once more" }).click();
    await page.getByText("unheard is being created.").waitFor();
  });
});

test("a removed entry gives the focus to its neighbour", async () => {
  await inForm(async (page) => {
    const add = page.getByRole("button", { name: "Add to IP access list" });
    for (const source of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) {
      await add.click();
      await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
      await page.keyboard.type(source);
    }
    await page.getByRole("button", { name: "Remove IP access list 2" }).click();
    await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Remove IP access list 2");
    assert.deepEqual(
      await page.getByLabel("Source").evaluateAll((all) => all.map((each) => /** @type {HTMLInputElement} */ (each).value)),
      ["10.0.0.1", "10.0.0.3"],
    );
    await page.getByRole("button", { name: "Remove IP access list 2" }).click();
    await page.getByRole("button", { name: "Remove IP access list 1" }).click();
    await page.getByText("An empty list is sent.").waitFor();
    await page.getByRole("button", { name: "Leave out IP access list" }).click();
    await expect.poll(() => program(page)).toMatch(/create\(\{\}\)/);
  });
});
