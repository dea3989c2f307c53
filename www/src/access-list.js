// @ts-check
// The editor of a service's IP access list. Each row carries the issue path of its fields, so that errors appear in place.
import { announce, button, h } from "./dom.js";
import { compact, field, input } from "./form.js";

/** @typedef {import("clickhouse-cloud").IpAccessListEntry} Entry */

/** @param {Entry} [entry] */
function row(entry) {
  const source = input({ value: entry?.source, placeholder: "203.0.113.0/24", spellcheck: "false" });
  const description = input({ value: entry?.description, placeholder: "Note" });
  const place = field({ label: "Address or block", path: "", control: source, labelUnseen: true });
  const note = field({ label: "Note", path: "", control: description, labelUnseen: true });
  return {
    place,
    note,
    source,
    /** @returns {Entry} */
    value: () => compact({ source: source.value.trim(), description: description.value.trim() || undefined }),
    blank: () => source.value.trim() === "" && description.value.trim() === "",
  };
}

/** @param {Entry[]} entries */
export function accessList(entries) {
  /** @type {(ReturnType<typeof row> & { element: HTMLElement })[]} */
  let rows = [];
  const list = h("ul", { class: "rows" });
  const empty = h("p", { class: "hint" }, "Empty: nobody may connect.");
  const more = button("Add an address", () => add().source.focus(), { class: "small" });

  function add(/** @type {Entry | undefined} */ entry = undefined) {
    const made = row(entry);
    const remove = button(
      "Remove",
      () => {
        const index = rows.findIndex(({ element }) => element === shown.element);
        rows.splice(index, 1);
        shown.element.remove();
        empty.hidden = rows.length > 0;
        announce("Address removed from the form");
        (rows[index]?.source ?? rows[index - 1]?.source ?? more).focus();
      },
      { class: "small", "aria-label": "Remove this address" },
    );
    const shown = { ...made, element: h("li", {}, made.place, made.note, remove) };
    rows.push(shown);
    list.append(shown.element);
    empty.hidden = true;
    return shown;
  }

  /** @param {ReturnType<typeof row>[]} some @param {string} path */
  function name(some, path) {
    some.forEach(({ place, note }, index) => {
      place.dataset.path = `${path}.${index}.source`;
      note.dataset.path = `${path}.${index}.description`;
    });
    return some.map((row) => row.value());
  }

  function set(/** @type {Entry[]} */ entries) {
    rows = [];
    list.replaceChildren();
    empty.hidden = entries.length > 0;
    for (const entry of entries) add(entry);
  }
  set(entries);

  return {
    element: h("fieldset", {}, h("legend", {}, "Who may connect"), list, empty, more),
    set,
    /** All entries, without blank rows. */
    value: () =>
      name(
        rows.filter((row) => !row.blank()),
        "ipAccessList",
      ),
    /** The entries to add to the given ones and to remove from them; undefined if there are none. */
    change(/** @type {Entry[]} */ from) {
      const same = (/** @type {Entry} */ a, /** @type {Entry} */ b) =>
        a.source === b.source && (a.description ?? "") === (b.description ?? "");
      const filled = rows.filter((row) => !row.blank());
      const added = filled.filter((row) => !from.some((entry) => same(entry, row.value())));
      const removed = from.filter((entry) => !filled.some((row) => same(entry, row.value())));
      if (added.length === 0 && removed.length === 0) return undefined;
      return compact({
        add: added.length > 0 ? name(added, "ipAccessList.add") : undefined,
        remove: removed.length > 0 ? removed : undefined,
      });
    },
  };
}
