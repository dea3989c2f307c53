// @ts-check
// The life of a service, from creation to deletion, in the built page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inPage, launch, serve } from "./site.mjs";

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

/** @typedef {import("playwright-core").Page} Page */

const state = (/** @type {Page} */ page, /** @type {string} */ word) =>
  page.locator("article .title .pill", { hasText: new RegExp(`^${word}$`) }).waitFor();
const press = (/** @type {Page} */ page, /** @type {string} */ name) => page.getByRole("button", { name, exact: true }).click();
const form = (/** @type {Page} */ page, /** @type {string} */ name) => page.getByRole("form", { name, exact: true });
const whole = async (/** @type {import("playwright-core").Locator} */ shown) => JSON.parse((await shown.textContent()) ?? "");

/** Creates a service that does not go idle soon, and waits until it is up. */
async function create(/** @type {Page} */ page) {
  await page.getByText("Size and idling").click();
  await page.getByLabel("Idle after, minutes").fill("600");
  await press(page, "Create service");
  await state(page, "running");
}

/** Notes each state that the service's pill shows, however short. */
const watchStates = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    /** @type {(string | null)[]} */
    const seen = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const word = document.querySelector("article .title .pill")?.textContent ?? null;
      if (word !== null && word !== seen.at(-1)) seen.push(word);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
const seenStates = (/** @type {Page} */ page) => page.evaluate(() => /** @type {any} */ (globalThis).seen);

test("the journey", async () => {
  await inPage(browser, `${site.address}?speed=60`, async (page) => {
    const service = page.getByLabel("The service as the API shows it");
    const row = page.locator("#list li");
    await page.getByText("None yet. Create one").waitFor();

    // Create, with the state shown live, in the service and in the list.
    await watchStates(page);
    await page.getByText("Size and idling").click();
    await page.getByLabel("Idle after, minutes").fill("600");
    await press(page, "Create service");
    await state(page, "provisioning");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "events");
    const first = await page.locator(".secret").textContent();
    assert.ok(first && first.length >= 12);
    // It is not lost by looking elsewhere.
    await page.locator("#list").getByRole("button", { name: "New service" }).click();
    await row.getByRole("button", { name: "events" }).click();
    assert.equal(await page.locator(".secret").textContent(), first);
    await page.getByText(/Waiting until it is running: .* read \d+ times?\./).waitFor();
    await state(page, "running");
    await row.getByText("running").waitFor();

    // Read.
    await press(page, "Read again");
    await page.getByText("As the API shows it").click();
    assert.equal((await whole(service)).name, "events");
    assert.deepEqual((await whole(service)).ipAccessList, [{ source: "203.0.113.0/24", description: "Office" }]);

    // Name and access: one address goes, one comes.
    const settings = form(page, "Name and access");
    await settings.getByLabel("Name").fill("clicks");
    await settings.getByRole("button", { name: "Remove this address" }).click();
    await settings.getByRole("button", { name: "Add an address" }).click();
    await page.keyboard.type("198.51.100.7");
    await settings.getByRole("button", { name: "Save changes" }).click();
    await row.getByText("clicks").waitFor();
    assert.deepEqual((await whole(service)).ipAccessList, [{ source: "198.51.100.7" }]);

    // Scale.
    const scaling = form(page, "Scaling");
    await scaling.getByLabel("Least memory of a replica").fill("24");
    await scaling.getByLabel("Most memory of a replica").fill("48");
    await scaling.getByRole("button", { name: "Scale" }).click();
    await page.waitForFunction(() => /"minReplicaMemoryGb": 24,\s+"maxReplicaMemoryGb": 48/.test(document.body.textContent ?? ""));

    // A password by its hash. The one from the creation is shown no longer: it does not hold any more.
    const password = "correct horse battery staple";
    await page.getByLabel("New password").fill(password);
    assert.deepEqual(await page.locator(".hash").allTextContents(), [
      "xLvLH77JnWW/WdhcjLYu4tuWPw/hBvSD2a+nO9Tjmoo=",
      "f4af2e5d85456a908e0f552f0366375b06267295",
    ]);
    await press(page, "Set password");
    await page.getByText("and the password opens it").waitFor();
    assert.equal(await page.locator(".secret").count(), 0);

    // A password from the service, shown until the user confirms having saved it.
    await press(page, "Reset password");
    const second = await page.locator(".secret").textContent();
    assert.ok(second && second !== first && second !== password);
    await press(page, "I have kept it");
    assert.equal(await page.locator(".secret").count(), 0);

    // Backups come with time.
    await press(page, "Skip 10 minutes");
    const backup = page.locator(".backups li");
    await backup.getByText("done").waitFor();
    await backup.locator("summary").click();
    await page.waitForFunction(() => /"sizeInBytes": \d/.test(document.querySelector(".backups pre")?.textContent ?? ""));

    // Down, up, and away.
    await press(page, "Stop");
    await state(page, "stopped");
    await press(page, "Start");
    await state(page, "running");
    assert.deepEqual(await seenStates(page), ["provisioning", "running", "stopping", "stopped", "starting", "running"]);
    await press(page, "Delete…");
    await press(page, "Keep it");
    await state(page, "running");
    await press(page, "Delete…");
    await press(page, "Stop and delete");
    await page.getByText("Waiting until it is gone").waitFor();
    await page.getByText("clicks is gone: reading it answers 404 now.").waitFor();
    assert.equal(await row.count(), 0);

    // Everything that was sent is there, as curl commands without secrets; and it ends with the 404.
    await page
      .locator("#requests li", { has: page.locator(".status", { hasText: "404" }) })
      .getByText("GET", { exact: true })
      .waitFor();
    for (const summary of await page.locator("#requests summary").all()) await summary.click();
    const sent = (await page.locator("#requests").textContent()) ?? "";
    for (const method of ["-X POST", "-X GET", "-X PATCH", "-X DELETE"])
      assert.ok(sent.includes(`curl --fail-with-body ${method}`), method);
    assert.ok(sent.includes('--user "$CLICKHOUSE_CLOUD_API_KEY:$CLICKHOUSE_CLOUD_API_SECRET"'));
    for (const secret of [first, second, password, "sandbox-key-secret", "xLvLH77JnWW"]) assert.ok(!sent.includes(secret));
  });
});

test("an idle service wakes, and is woken for a password", async () => {
  await inPage(browser, `${site.address}?speed=120`, async (page) => {
    await page.getByText("Size and idling").click();
    await page.getByLabel("Idle after, minutes").fill("60");
    await press(page, "Create service");
    await state(page, "running");
    for (const wake of ["Wake", "Set password"]) {
      for (let skip = 0; skip < 7; skip += 1) await press(page, "Skip 10 minutes");
      await state(page, "idle");
      await page.getByLabel("New password").fill("correct horse battery staple");
      await press(page, wake);
      await state(page, "running");
    }
    await page.getByText("and the password opens it").waitFor();
  });
});

test("a day can be skipped while the page waits", async () => {
  await inPage(browser, `${site.address}?speed=1`, async (page) => {
    await press(page, "Create service");
    await state(page, "provisioning");
    await press(page, "Skip a day");
    await state(page, "idle|running");
    assert.equal(await page.locator("article .fault:visible").count(), 0);
  });
});

test("what the service refuses is told where it was asked", async () => {
  await inPage(browser, `${site.address}?speed=120`, async (page) => {
    await create(page);
    await page.getByLabel("New password").fill("");
    await press(page, "Set password");
    assert.match(
      (await page
        .locator(".field", { has: page.getByLabel("New password") })
        .locator(".error")
        .textContent()) ?? "",
      /not empty/,
    );
    await form(page, "Name and access").getByRole("button", { name: "Save changes" }).click();
    await form(page, "Name and access").getByText("at least 1 property").waitFor();
    // What only the service can know: the most is below the least that it has.
    const scaling = form(page, "Scaling");
    await scaling.getByLabel("Least memory of a replica").fill("");
    await scaling.getByLabel("Most memory of a replica").fill("8");
    await scaling.getByRole("button", { name: "Scale" }).click();
    await scaling.getByText(/^BadRequestError: services\.updateReplicaScaling: 400/).waitFor();
    await page.locator("#requests .status", { hasText: "400" }).waitFor();
  });
});
