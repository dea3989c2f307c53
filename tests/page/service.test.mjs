// @ts-check
// A service in the console: its changes belong to it, survive navigation and reload, and send only what was changed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { button, createElsewhere, events, hold, readElsewhere, refuse, sent, servicePages, updateElsewhere } from "./service-page.mjs";
import { expect } from "./site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const at = servicePages();
const state = (/** @type {Page} */ page, /** @type {string} */ word) =>
  page.locator(".service-header .pill", { hasText: new RegExp(`^${word}$`) }).waitFor();

/** Types the name and confirms. @param {Page} page */
async function remove(page, name = "events") {
  await button(page, "Delete…").click();
  const dialog = page.getByRole("dialog", { name: `Delete ${name}?` });
  await dialog.getByLabel("Type its name").fill(name);
  await dialog.getByRole("button", { name: "Stop and delete" }).click();
}

test("a deletion that fails after the visitor has left is shown in the list, at the service, and after a reload", async () => {
  await at(events(), async (page) => {
    await refuse(page, "DELETE");
    await remove(page);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await page.getByText("Delete events: it failed.").waitFor();
    await page.getByRole("link", { name: "events" }).click();
    const shown = async () => {
      await page.getByText("Delete events: This key may not do that.").waitFor();
      await page.getByText("not on a Friday").waitFor();
      await page.getByText("c2d9ef58-14ee-4a65-bd0c-9ac1b6a4b1f3").waitFor();
      assert.ok(!/\w+Error\b/.test(await page.locator("main").innerText()));
    };
    await shown();
    await page.reload();
    await shown();
    await button(page, "Dismiss").click();
    await page.getByText("Delete events:").waitFor({ state: "detached" });
  });
});

test("a service is deleted once its name is typed; its phases are shown, a reload goes on with it, and the list says so", async () => {
  await at(events(), async (page) => {
    await button(page, "Delete…").click();
    const dialog = page.getByRole("dialog", { name: "Delete events?" });
    await dialog.getByLabel("Type its name").fill("event");
    await dialog.getByLabel("Type its name").press("Enter");
    await dialog.getByRole("button", { name: "Stop and delete" }).click({ force: true });
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await expect(button(page, "Delete…")).toBeFocused();

    await remove(page);
    await page.getByRole("img", { name: "events is stopping, on the way to terminated" }).waitFor();
    await page.reload();
    await page.getByText("Delete events…").waitFor();
    await page.getByText("Delete events: done.").waitFor();
    await page.getByRole("heading", { level: 1, name: "Services" }).waitFor();
    await expect(page.getByRole("article", { name: "events" })).toHaveCount(0);
  });
});

test("what another client adds to the access list stays", async () => {
  await at(events("access"), async (page) => {
    const add = page.getByRole("form", { name: "Add an address" });
    await add.getByLabel("Address or block").fill("198.51.100.7");
    await add.getByLabel("Description").fill("build");
    await add.getByRole("button", { name: "Add" }).click();
    await updateElsewhere(page, { ipAccessList: { add: [{ source: "192.0.2.0/24", description: "elsewhere" }] } });
    const list = page.getByRole("list", { name: "Addresses" });
    await list.getByText("192.0.2.0/24").waitFor();
    await list.getByRole("listitem").filter({ hasText: "198.51.100.7" }).getByText("will be added").waitFor();
    await button(page, "Save the list").click();
    await page.getByText("Save the access list of events: done.").waitFor();
    const [{ body } = { body: undefined }] = await sent(page);
    assert.deepEqual(body, { ipAccessList: { add: [{ source: "198.51.100.7", description: "build" }] } });
    const sources = (await readElsewhere(page)).ipAccessList.map((/** @type {any} */ { source }) => source);
    assert.deepEqual(sources.sort(), ["192.0.2.0/24", "198.51.100.7", "203.0.113.0/24"]);
    await page.getByText("Nothing has changed.").waitFor();
  });
});

test("addresses are checked as they are typed or pasted; anywhere has a warning; a removal can be undone", async () => {
  await at(events("access"), async (page) => {
    const add = page.getByRole("form", { name: "Add an address" });
    const address = add.getByLabel("Address or block");
    await address.fill("10.0.0.0/33");
    await add.locator(".error-text", { hasText: "Expected an IPv4 or IPv6 address, or a CIDR block" }).waitFor();
    await expect(address).toHaveAttribute("aria-invalid", "true");
    await address.press("Enter");
    await address.fill("");
    const list = page.getByRole("list", { name: "Addresses" });
    await expect(list.getByRole("listitem")).toHaveCount(1);

    await page.getByText("Paste many").click();
    const pasted = page.getByLabel("Addresses", { exact: true }).and(page.locator("textarea"));
    await pasted.fill("192.0.2.1 the office, 192.0.2.x\n2001:db8::/32 # home");
    await page.getByText("192.0.2.x: Expected").waitFor();
    await pasted.fill("192.0.2.1 the office, 192.0.2.2\n2001:db8::/32 # home");
    await button(page, "Add 3 addresses").click();
    await expect(list.getByText("will be added")).toHaveCount(3);
    await button(page, "Add my address").click();
    await list.getByText("203.0.113.7", { exact: true }).waitFor();
    await button(page, "Add anywhere").click();
    await page.getByText("Everybody on the Internet can try to connect.").waitFor();
    await button(page, "Undo: 0.0.0.0/0").click();
    await button(page, "Undo: ::/0").click();
    await page.getByText("Everybody on the Internet").waitFor({ state: "detached" });
    await button(page, "Remove 203.0.113.0/24").click();
    await list.getByText("will be removed").waitFor();
    await button(page, "Undo: 203.0.113.0/24").click();
    await list.getByText("will be removed").waitFor({ state: "detached" });
    await button(page, "Discard changes").click();
    assert.deepEqual(await sent(page), []);
  });
});

test("settings follow the server; a field that was changed on both sides is kept or taken; only what was changed is sent", async () => {
  await at(events("settings"), async (page) => {
    const name = page.getByLabel("Name", { exact: true });
    const save = page.getByRole("button", { name: "Save", exact: true });
    await expect(save).toHaveAttribute("aria-disabled", "true");
    await page.getByText("Nothing has changed.").waitFor();
    await updateElsewhere(page, { name: "clicks" });
    await page.waitForFunction(() => document.querySelector("h1")?.textContent === "clicks");
    await expect(name).toHaveValue("clicks");

    await name.fill("   ");
    await page.getByText(/a name that is not all white space/).waitFor();
    await expect(name).toHaveAttribute("aria-invalid", "true");
    await name.press("Enter");
    assert.deepEqual(await sent(page), []);

    await name.fill("mine");
    await updateElsewhere(page, { name: "theirs" });
    await page.getByText("The name was changed elsewhere.").waitFor();
    await button(page, "Take theirs: The name").click();
    await expect(name).toHaveValue("theirs");
    await name.fill("mine");
    await updateElsewhere(page, { name: "others" });
    await button(page, "Keep mine: The name").click();
    await page.getByText("The name was changed elsewhere.").waitFor({ state: "detached" });
    await page.getByLabel("Key").fill("owner");
    await page.getByLabel("Value").fill("ada");
    await page.getByLabel("Value").press("Enter");
    await save.click();
    await page.getByText("Save the settings of others: done.").waitFor();
    assert.deepEqual(
      (await sent(page)).map(({ body }) => body),
      [{ name: "mine", tags: { add: [{ key: "owner", value: "ada" }] } }],
    );
    await page.waitForFunction(() => document.querySelector("h1")?.textContent === "mine");
    await expect(save).toHaveAttribute("aria-disabled", "true");
  });
});

test("a save that fails is shown at the form, and the values stay", async () => {
  await at(events("settings"), async (page) => {
    await refuse(page, "PATCH");
    await page.getByLabel("Name", { exact: true }).fill("mine");
    await button(page, "Save").click();
    await page.getByText("Save the settings of events: This key may not do that.").waitFor();
    // Left and come back to, the form still has them.
    await page.getByRole("link", { name: "Access", exact: true }).click();
    await page.getByText("Save the settings of events: This key may not do that.").waitFor();
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("mine");
  });
});

test("a change in progress, its outcome, and the end of that move nothing on the page", async () => {
  await at(events("settings"), async (page) => {
    // High enough that no click scrolls.
    await page.setViewportSize({ width: 1280, height: 1200 });
    const save = button(page, "Save");
    const parts = [page.locator("h1"), page.getByRole("navigation", { name: "Parts of events" }), save, page.locator("main")];
    const places = () => Promise.all(parts.map((part) => part.boundingBox()));
    // The contract's help has come: nothing loads any more.
    await page.getByText("How soon it gets new versions").waitFor();
    const before = await places();
    const stay = () => expect.poll(places).toEqual(before);
    await page.getByLabel("Collect a core dump").click();
    await page.getByText("Not saved yet.").waitFor();
    await stay();
    await page.evaluate(() => {
      const shifts = /** @type {string[]} */ ([]);
      Object.assign(globalThis, { shifts });
      const main = document.querySelector("main");
      const note = (/** @type {PerformanceObserverEntryList} */ list) => {
        for (const { sources } of /** @type {any[]} */ (list.getEntries()))
          for (const { node, previousRect, currentRect } of sources)
            if (main?.contains(node) && previousRect.y !== currentRect.y) shifts.push(node.outerHTML ?? node.data);
      };
      new PerformanceObserver(note).observe({ type: "layout-shift" });
    });
    const release = await hold(page);
    await save.click();
    await page.getByText("Save the settings of events…").waitFor();
    await stay();
    await release();
    const done = page.getByText("Save the settings of events: done.");
    await done.waitFor();
    await page.getByText("Nothing has changed.").waitFor();
    await stay();
    await done.waitFor({ state: "detached" });
    await stay();
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).shifts), []);
  });
});

test("scaling by keyboard: the limits are the contract's, a wrong pair says so, and a change is pending until it is in effect", async () => {
  await at(events("scaling"), async (page) => {
    const [least, most] = [page.getByLabel("Least Memory of a replica"), page.getByLabel("Most Memory of a replica")];
    assert.deepEqual(
      [await least.getAttribute("min"), await least.getAttribute("max"), await least.getAttribute("step")],
      ["8", "356", "4"],
    );
    await page.getByText("Refused: expected at least 8.").waitFor();
    await page.getByText("Refused: expected at most 356.").waitFor();
    await least.focus();
    await page.keyboard.press("End");
    await page.getByText(/at most maxReplicaMemoryGb \(64\)/).waitFor();
    await expect(button(page, "Scale")).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await expect(least).toHaveAttribute("aria-valuetext", "12 GB");
    await most.focus();
    await page.keyboard.press("ArrowLeft");
    await page.getByText("36 to 180 GB").waitFor();
    await button(page, "Scale").click();
    await page.getByText("A change is pending.").waitFor();
    await page.getByText("Set: 3 replicas of 12 to 60 GB.").waitFor();
    assert.deepEqual(
      (await sent(page)).map(({ body }) => body),
      [{ minReplicaMemoryGb: 12, maxReplicaMemoryGb: 60 }],
    );
    await page.getByText("What is set is in effect.").waitFor();
    await page.getByText("In effect now: 3 replicas of 12 to 60 GB.").waitFor();
  });
});

test("where the contract refuses every size, the picture says so with the contract's reason", async () => {
  await at(events("scaling"), async (page) => {
    const id = await createElsewhere(page, { name: "small", provider: "aws", region: "eu-west-1", tier: "development" });
    await page.evaluate((address) => (location.hash = address), `/services/${id}/scaling`);
    const memory = page.getByRole("group", { name: "Memory of a replica" });
    await memory.getByText('Refused: expected nothing when tier is "development".').waitFor();
    await expect(page.getByLabel("Least Memory of a replica")).toHaveAttribute("aria-disabled", "true");
  });
});

test("a service stops, starts and wakes; actions of other states say why they cannot act", async () => {
  await at(events(), async (page) => {
    const start = button(page, "Start");
    await expect(start).toHaveAttribute("title", "Only a stopped service can be started; this one is running");
    await start.click({ force: true });
    assert.deepEqual(await sent(page), []);
    await button(page, "Stop").click();
    await page.getByRole("img", { name: "events is stopping, on the way to stopped" }).waitFor();
    await state(page, "stopped");
    // The wait goes on elsewhere.
    await start.click();
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await page.getByRole("link", { name: "events" }).click();
    await state(page, "running");
    await page.getByRole("link", { name: "All services" }).click();
    await page.getByRole("link", { name: "staging" }).click();
    await button(page, "Wake").click();
    await state(page, "running");
  });
});

test("backups are a picture and a table; one is restored into a new service, whose password is shown", async () => {
  await at(events("backups"), async (page) => {
    await page.getByRole("img", { name: /^7 backups of the last 30 days, 1 of them full, / }).waitFor();
    await expect(page.locator(".backups tbody tr")).toHaveCount(7);
    await expect(page.locator(".timeline > svg .point")).toHaveCount(7);
    await page.getByText(/The next one: in /).waitFor();
    await page
      .getByRole("button", { name: /^Restore the backup of / })
      .first()
      .click();
    const dialog = page.getByRole("dialog", { name: "Restore into a new service" });
    await dialog.getByLabel("Name of the new service").fill("   ");
    await dialog.locator(".error-text", { hasText: "not all white space" }).waitFor();
    await dialog.getByLabel("Name of the new service").fill("events again");
    await dialog.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("heading", { level: 1, name: "events again" }).waitFor();
    await page.getByText("This password is shown only now.").waitFor();
    const [{ body } = { body: undefined }] = await sent(page);
    assert.equal(body.provider, "aws");
    assert.match(body.backupId, /^[0-9a-f-]{36}$/);
  });
});

test("an unknown service is said to be unknown", async () => {
  await at("00000000-0000-4000-8000-000000000000", async (page) => {
    await page.getByText("This service does not exist, or not any more.").waitFor();
    await page.getByRole("link", { name: "Show all services" }).click();
    await page.getByRole("heading", { level: 1, name: "Services" }).waitFor();
  });
});

test("in forced colours the present part, the present state and disabled buttons are marked", async () => {
  await at(
    events(),
    async (page) => {
      const style = (/** @type {import("playwright-core").Locator} */ of, /** @type {string} */ name) =>
        of.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
      const [here, other] = [page.getByRole("link", { name: "Overview" }), page.getByRole("link", { name: "Scaling" })];
      assert.notEqual(await style(here, "border-bottom-color"), await style(other, "border-bottom-color"));
      assert.notEqual(await style(button(page, "Start"), "border-style"), await style(button(page, "Stop"), "border-style"));
      const states = page.locator(".life-state rect");
      const here2 = page.locator(".life-state.here rect");
      assert.notEqual(await style(here2, "fill"), await style(states.first(), "fill"));
    },
    { forcedColors: "active" },
  );
});

test("the states of the picture are the contract's", async () => {
  const openapi = JSON.parse(readFileSync(new URL("../../pkg/dist/openapi.json", import.meta.url), "utf8"));
  const known = openapi.components.schemas.State.anyOf[0].enum;
  await at(events(), async (page) => {
    await page.getByRole("img", { name: "events is running" }).waitFor();
    const drawn = await page.locator(".life-state text").allTextContents();
    assert.ok(drawn.length >= 9);
    for (const word of drawn) assert.ok(known.includes(word.replaceAll(" ", "_")), word);
  });
});
