// @ts-check
// The section for the backups of a service.
import { cloud } from "./cloud.js";
import { h, setText } from "./dom.js";
import { faultBox } from "./form.js";
import { duration, size, when } from "./format.js";
import { pill } from "./pill.js";

/** @typedef {import("clickhouse-cloud").Backup} Backup */

/** @param {string} serviceId @param {string} backupId */
function row(serviceId, backupId) {
  const started = h("span", { class: "name" });
  const facts = h("span", { class: "soft" });
  const status = pill();
  const fault = faultBox();
  const whole = h("pre", { tabindex: 0, "aria-label": "The backup as the API shows it" });
  const element = h(
    "li",
    {},
    h(
      "details",
      {
        ontoggle: (/** @type {Event} */ event) => {
          if (!(/** @type {HTMLDetailsElement} */ (event.target).open)) return;
          void fault.guard(async () => setText(whole, JSON.stringify(await cloud.backups.get(serviceId, backupId), undefined, 2)));
        },
      },
      h("summary", {}, started, status.element, facts),
      fault.element,
      whole,
    ),
  );
  return {
    element,
    /** @param {Backup} backup */
    show(backup) {
      setText(started, when(backup.startedAt));
      status.show(backup.status);
      const took = backup.durationInSeconds === undefined ? undefined : `in ${duration(backup.durationInSeconds)}`;
      setText(facts, [backup.type, backup.status === "done" && size(backup.sizeInBytes), took].filter(Boolean).join(" · "));
    },
  };
}

/** @param {string} id @returns {import("./service.js").Section} */
export function backupsSection(id) {
  /** @type {Map<string, ReturnType<typeof row>>} */
  const rows = new Map();
  const list = h("ul", { class: "backups" });
  const empty = h(
    "p",
    { class: "soft" },
    "None yet. The first begins a few minutes after the service came up, then one a day; the clock at the top can skip ahead.",
  );
  const fault = faultBox();
  let reading = false;

  async function read() {
    if (reading) return;
    reading = true;
    await fault.guard(async () => {
      const backups = await cloud.backups.list(id);
      const ids = new Set(backups.map((backup) => backup.id));
      for (const [old, { element }] of rows) {
        if (ids.has(old)) continue;
        rows.delete(old);
        element.remove();
      }
      // The newest first. Elements are reused, so that an open one stays open.
      for (const backup of backups.toReversed()) {
        const shown = rows.get(backup.id) ?? row(id, backup.id);
        shown.show(backup);
        if (rows.has(backup.id)) continue;
        rows.set(backup.id, shown);
        list.prepend(shown.element);
      }
      empty.hidden = rows.size > 0;
    });
    reading = false;
  }

  return {
    element: h(
      "section",
      { class: "card", "aria-labelledby": "backups-title" },
      h("header", {}, h("h3", { id: "backups-title" }, "Backups"), h("code", {}, "backups.list(id)")),
      empty,
      list,
      fault.element,
    ),
    // A service in transition makes no backups.
    update({ state }) {
      if (state === "running" || state === "idle") void read();
    },
  };
}
