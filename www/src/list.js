// @ts-check
// The list of services, with a button for a new one.
import { button, h, setText } from "./dom.js";
import { pill } from "./pill.js";
import { services, store } from "./store.js";

/**
 * @param {HTMLElement} place
 * @param {(id: string | undefined) => void} onChoose called with the id of a service; undefined: a new one
 */
export function listView(place, onChoose) {
  /** @type {Map<string, { element: HTMLElement, open: HTMLElement, update: () => void }>} */
  const rows = new Map();
  const list = h("ul", { class: "services" });
  const empty = h("p", { class: "soft" }, "None yet. Create one: it runs within seconds here, and costs nothing.");
  const create = button("New service", () => onChoose(undefined), { class: "small" });
  place.append(h("header", {}, h("h2", { id: "list-title" }, "Services"), create), empty, list);

  /** @param {string} id */
  function row(id) {
    const name = h("span", { class: "name" });
    const where = h("span", { class: "soft" });
    const state = pill();
    const open = button("", () => onChoose(id));
    open.append(name, where, state.element);
    return {
      element: h("li", {}, open),
      open,
      update() {
        const service = services.get(id);
        if (service === undefined) return;
        setText(name, service.name);
        setText(where, [service.provider, service.region].filter(Boolean).join(" · "));
        state.show(service.state);
      },
    };
  }

  function update() {
    empty.hidden = services.size > 0;
    for (const [id, { element }] of rows) {
      if (services.has(id)) continue;
      rows.delete(id);
      element.remove();
    }
    for (const id of services.keys()) {
      const shown = rows.get(id) ?? row(id);
      if (!rows.has(id)) {
        rows.set(id, shown);
        list.append(shown.element);
      }
      shown.update();
    }
  }
  store.addEventListener("change", update);

  return {
    /** @param {string | undefined} id */
    mark(id) {
      for (const [other, { open }] of rows) open.ariaCurrent = other === id ? "true" : null;
      create.ariaCurrent = id === undefined ? "true" : null;
    },
  };
}
