// @ts-check
// The list of sent requests, the newest first, each with its curl command.
import { copyButton, button, h, setText, announce } from "./dom.js";
import { plural } from "./format.js";
import { clear, log } from "./recorder.js";

/** @typedef {import("./recorder.js").Entry} Entry */

/** Shortens the ids in a path; the curl command has them in full. */
const shorten = (/** @type {string} */ path) =>
  path.replace(/^\/v1\/organizations\/[^/?]+/, "…").replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "$1…");

/** @param {Entry} entry */
function row(entry) {
  const times = h("span", { class: "times" });
  const refused = entry.status === undefined || entry.status >= 400;
  const element = h(
    "li",
    {},
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: "method", "data-method": entry.method }, entry.method),
        h("span", { class: "path", title: entry.path }, shorten(entry.path)),
        times,
        h("span", { class: "status", "data-refused": String(refused) }, String(entry.status ?? "none")),
      ),
      entry.fault !== undefined && h("p", { class: "fault-text" }, entry.fault),
      h(
        "div",
        { class: "code" },
        h("pre", { tabindex: 0, "aria-label": "curl command" }, entry.curl),
        copyButton(() => entry.curl, "the curl command"),
      ),
    ),
  );
  return { element, count: () => setText(times, entry.count > 1 ? `×${entry.count}` : "") };
}

/** @param {HTMLElement} place */
export function requestsView(place) {
  const total = h("p", { class: "soft" }, "None yet.");
  const list = h("ol", { class: "requests" });
  /** @type {Map<Entry, ReturnType<typeof row>>} */
  const rows = new Map();
  const forget = button(
    "Clear",
    () => {
      clear();
      rows.clear();
      list.replaceChildren();
      announce("The list of requests is empty");
    },
    { class: "small" },
  );
  place.append(
    h("header", {}, h("h2", { id: "requests-title" }, "Requests"), forget),
    total,
    list,
    h("p", { class: "soft" }, "Open one for its curl command. The secrets are the names of environment variables."),
  );
  log.addEventListener("change", (event) => {
    const { entry, sent } = /** @type {CustomEvent<{ entry: Entry, sent: number }>} */ (event).detail;
    setText(total, `${plural(sent, "request")}, answered by the sandbox in this page.`);
    let shown = rows.get(entry);
    if (shown === undefined) {
      shown = row(entry);
      rows.set(entry, shown);
      list.prepend(shown.element);
      for (const [oldest, { element }] of rows) {
        if (rows.size <= 200) break;
        rows.delete(oldest);
        element.remove();
      }
    }
    shown.count();
  });
}
