// @ts-check
// Assembles the page: the list of services at the left, one service or the creation form in the middle, the requests at the right.
import { clockView } from "./clock.js";
import { createView } from "./create.js";
import { byId, h } from "./dom.js";
import { faultBox } from "./form.js";
import { listView } from "./list.js";
import { requestsView } from "./requests.js";
import { serviceView } from "./service.js";
import { refresh, services, store } from "./store.js";

const REFRESH_MS = 2000;

const main = byId("main");
const fault = faultBox();
/** @type {ReturnType<typeof serviceView> | undefined} */
let open;
/** @type {string | undefined} */
let chosen;

const list = listView(byId("list"), (id) => choose(id));
requestsView(byId("requests"));
clockView(byId("clock"), byId("speeds"));

/**
 * Shows a service, or the form for a new one.
 *
 * @param {string | undefined} id
 * @param {{ note?: string, focus?: boolean }} [options]
 */
function choose(id, { note, focus = true } = {}) {
  open?.close();
  open = id === undefined ? undefined : serviceView(id);
  chosen = id;
  const form = open === undefined ? createView((created) => choose(created)) : undefined;
  main.replaceChildren(
    fault.element,
    ...(note === undefined ? [] : [h("p", { class: "note" }, note)]),
    ...(form ? [form] : []),
    ...(open ? [open.element] : []),
  );
  list.mark(id);
  if (focus) main.querySelector("h2")?.focus();
}

store.addEventListener("gone", (event) => {
  const service = /** @type {CustomEvent<import("clickhouse-cloud").Service>} */ (event).detail;
  if (service.id === chosen) choose(undefined, { note: `${service.name} is gone: reading it answers 404 now.` });
});

choose(undefined, { focus: false });

// Services go idle and backups are made without a request of the page, so the list is polled while the page is visible.
async function look() {
  if (!document.hidden) await fault.guard(refresh);
  setTimeout(look, services.size > 0 ? REFRESH_MS : 5 * REFRESH_MS);
}
void look();
