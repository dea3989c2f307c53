// @ts-check
// The password of a service in the console: one change at a time, shown once, and only hashes leave the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { button, events, hold, refuse, sent, servicePages } from "./service-page.mjs";
import { expect } from "./site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const at = servicePages();

/** Has the service make a password. @param {Page} page */
async function reset(page) {
  await button(page, "Reset the password…").click();
  await page.getByRole("dialog", { name: "Reset the password of events?" }).getByRole("button", { name: "Reset it" }).click();
}

/** The password on the screen, once it is not masked any more. @param {Page} page */
async function revealed(page) {
  const secret = page.locator(".secret-value");
  await expect(secret).toHaveText(/^[^•]+$/);
  return (await secret.textContent()) ?? "";
}

test("two resets at once are one request, and only a password that holds is shown", async () => {
  await at(events("password"), async (page) => {
    await reset(page);
    await button(page, "Show the password").click();
    const secret = page.locator(".secret-value");
    const first = await revealed(page);

    const release = await hold(page);
    await reset(page);
    // The first one may end at any moment: it is not on the screen any more.
    await secret.waitFor({ state: "detached" });
    const again = button(page, "Reset the password…");
    await expect(again).toHaveAttribute("aria-disabled", "true");
    await again.click({ force: true });
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await release();
    await button(page, "Show the password").click();
    const requests = await sent(page);
    assert.equal(requests.length, 2);
    await expect(secret).toHaveCount(1);
    await expect(secret).toHaveText(requests[1]?.response.result.password);
    await expect(secret).not.toHaveText(first);
    await button(page, "I have stored it").click();
    await expect(secret).toHaveCount(0);
  });
});

test("a reset that is refused leaves the password that holds", async () => {
  await at(events("password"), async (page) => {
    await reset(page);
    await button(page, "Show the password").click();
    const password = await revealed(page);
    await refuse(page, "PATCH");
    await reset(page);
    await page.getByText("Reset the password of events: This key may not do that.").waitFor();
    await button(page, "Show the password").click();
    await expect(page.locator(".secret-value")).toHaveText(password ?? "");
  });
});

test("a password of one's own: its hashes are shown as they are sent, and the connect panel has it, masked", async () => {
  const password = "correct horse 'battery' staple";
  await at(
    events("password"),
    async (page) => {
      const field = page.getByLabel("New password");
      await field.fill("correct horse battery staple");
      const hashes = page.locator(".hash");
      await expect(hashes.nth(0)).toHaveText("xLvLH77JnWW/WdhcjLYu4tuWPw/hBvSD2a+nO9Tjmoo=");
      await expect(hashes.nth(1)).toHaveText("f4af2e5d85456a908e0f552f0366375b06267295");
      const before = (await hashes.nth(2).textContent()) ?? "";
      await field.fill(password);
      await expect(hashes.nth(2)).not.toHaveText(before);
      const shown = JSON.parse((await hashes.nth(2).textContent()) ?? "");
      await button(page, "Set this password").click();
      await page.getByText("Set the password of events: done.").waitFor();
      await page.getByText("The sandbox has tried it: it opens the service.").waitFor();
      const [{ body } = { body: undefined }] = await sent(page);
      assert.deepEqual(body, shown);
      assert.ok(!JSON.stringify(await sent(page)).includes("horse"));

      await page.getByRole("link", { name: "Overview" }).click();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      for (const [name, literal] of /** @type {const} */ ([
        ["clickhouse-client", "'correct horse '\\''battery'\\'' staple'"],
        ["curl", "'correct horse '\\''battery'\\'' staple'"],
        ["JavaScript", `"${password}"`],
        ["Python", `"${password}"`],
        ["Go", `"${password}"`],
        ["Java", `"${password}"`],
      ])) {
        await button(page, name).click();
        const program = page.getByRole("region", { name: `${name} program` });
        await expect(program).toHaveText(/••••/, { useInnerText: true });
        await expect(program).not.toHaveText(/horse/, { useInnerText: true });
        await page.evaluate(() => navigator.clipboard.writeText(""));
        await button(page, `Copy ${name} program`).click();
        await expect.poll(copied).toContain(literal);
      }
      await button(page, "Show it here").click();
      await expect(page.getByRole("region", { name: "Java program" })).toHaveText(/horse/, { useInnerText: true });
      await button(page, "I have stored it").click();
      await expect(page.getByRole("region", { name: "Java program" })).toHaveText(/CLICKHOUSE_PASSWORD/, { useInnerText: true });
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  );
});
