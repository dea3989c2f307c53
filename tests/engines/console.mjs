// @ts-check
// The main journeys through the console, for every browser engine, by plain WebDriver.

/** @typedef {import("./webdriver.mjs").Session} Session */
/** @typedef {(browser: Session) => Promise<unknown>} Journey */

/** The words are on the screen. @param {Session} browser @param {string} words */
const sees = (browser, words) => browser.until(`return document.body.innerText.includes(${JSON.stringify(words)})`);
/** @param {Session} browser @param {string} words */
const seesNoMore = (browser, words) => browser.until(`return !document.body.innerText.includes(${JSON.stringify(words)})`);
/** The screen has this heading. @param {Session} browser @param {string} text */
const isAt = (browser, text) => browser.until(`return document.querySelector("h1")?.textContent === ${JSON.stringify(text)}`);

/** XPaths of controls, by the words on them. */
const button = (/** @type {string} */ words) => `//button[normalize-space()=${JSON.stringify(words)}]`;
const inDialog = (/** @type {string} */ words) => `//dialog[@open]${button(words)}`;
const named = (/** @type {string} */ name) => `//button[@aria-label=${JSON.stringify(name)}]`;
const place = (/** @type {string} */ words) => `//nav//a[normalize-space()=${JSON.stringify(words)}]`;
const row = (/** @type {string} */ name) => `//a[contains(@class, "row-name")][.=${JSON.stringify(name)}]`;
const field = (/** @type {string} */ label) => `//*[@id=//label[normalize-space()=${JSON.stringify(label)}]/@for]`;

/** The list, once it comes from the API. @param {Session} browser */
async function openList(browser) {
  await browser.click(place("Services"));
  await isAt(browser, "Services");
  await seesNoMore(browser, "connecting");
}

/** Each goes on in the page where the one before has ended. @type {Record<string, Journey>} */
export const journeys = {
  async "finds a service and renames it"(browser) {
    await seesNoMore(browser, "connecting");
    await browser.enter("//input[@type='search']", "env:production");
    await sees(browser, "2 of 5 services");
    await browser.click(row("events"));
    await isAt(browser, "events");
    await browser.click(place("Settings"));
    await browser.enter(field("Name"), "clicks");
    await browser.click(button("Save"));
    await isAt(browser, "clicks");
    await sees(browser, "Save the settings of events: done.");
  },

  async "resets a password, which is masked until it is asked for"(browser) {
    await browser.click(place("Password"));
    await browser.click(button("Reset the password…"));
    await browser.click(inDialog("Reset it"));
    const secret = "document.querySelector('.secret-value')?.textContent";
    await browser.until(`return /^•+$/.test(${secret} ?? "")`);
    await browser.click(named("Show the password"));
    await browser.until(`return /^[^•]{12,}$/.test(${secret} ?? "")`);
    await sees(browser, "it opens the service");
    await browser.click(button("I have stored it"));
    await browser.until("return document.querySelector('.secret-value') === null");
  },

  async "creates a service by the contract's form"(browser) {
    await openList(browser);
    await browser.click("//a[normalize-space()='New service']");
    await browser.click(button("Create service"));
    await sees(browser, "3 values are refused; nothing was sent.");
    await browser.enter("//*[@data-path='body/name']//input", "fresh");
    await browser.click("//*[@data-path='body/provider']//label[normalize-space()='aws']");
    await browser.click("//*[@data-path='body/region']//option[.='eu-west-1']");
    await browser.click(button("Create service"));
    await sees(browser, "fresh is being created.");
    await browser.click(button("I have stored it"));
    await isAt(browser, "fresh");
  },

  async "deletes a service once its name is typed"(browser) {
    await openList(browser);
    await browser.enter("//input[@type='search']", "archive");
    await sees(browser, "1 of ");
    await browser.click(row("archive-2025"));
    await isAt(browser, "archive-2025");
    await browser.click(button("Delete…"));
    await browser.enter("//dialog[@open]//input", "archive-2025");
    await browser.click(inDialog("Stop and delete"));
    await isAt(browser, "Services");
    await sees(browser, "Delete archive-2025: done.");
    await sees(browser, "No service is like that.");
    await browser.click(button("Show all"));
    await browser.until(`return document.querySelectorAll(".row-name").length === 5`);
  },

  async "rotates a key"(browser) {
    await browser.click(place("Keys"));
    await browser.until("return document.querySelectorAll('.record').length >= 4");
    await browser.click(named("Rotate Terraform"));
    await browser.click(inDialog("Rotate"));
    await browser.until("return document.querySelector('.secret-value') !== null");
  },

  async "sends an operation in the explorer"(browser) {
    await browser.click(place("Explorer"));
    await browser.enter(field("Search operations"), "members list");
    await browser.click("//a[contains(@href, '#/explorer/members.list')]");
    await isAt(browser, "members.list");
    await browser.click(button("Send"));
    await browser.until(`return document.querySelector("[aria-label='The result']")?.textContent.includes("Ada Fischer") ?? false`);
  },

  async "survives a broken network, and shows how in the workbench"(browser) {
    await openList(browser);
    await browser.click(button("Faults"));
    await browser.click(button("Break the network"));
    await browser.until("return /brought [1-9]\\d* of them to a good end/.test(document.body.innerText)", 120_000);
    await browser.click(button("Mend the network"));
    await sees(browser, "Break the network");
    await browser.click(button("Requests"));
    await browser.click("//button[@class='call'][contains(., 'services.list')]");
    await sees(browser, "Attempt 1");
    await browser.click(named("Close the workbench"));
  },
};
