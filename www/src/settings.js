// @ts-check
// The section for the name and the IP access list of a service.
import { accessList } from "./access-list.js";
import { cloud } from "./cloud.js";
import { announce, h } from "./dom.js";
import { compact, field, form, input } from "./form.js";
import { limits } from "./limits.js";
import { put, services } from "./store.js";

/** @param {string} id @returns {import("./service.js").Section} */
export function settingsSection(id) {
  const name = input({ required: true, value: services.get(id)?.name });
  const access = accessList(services.get(id)?.ipAccessList ?? []);
  const { element } = form(
    {
      submit: "Save changes",
      label: "Name and access",
      async run() {
        const service = services.get(id);
        const typed = name.value;
        // Only the differences. The client refuses an empty update, and the form shows its error.
        const body = compact({
          name: typed === service?.name ? undefined : typed,
          ipAccessList: access.change(service?.ipAccessList ?? []),
        });
        const updated = await cloud.services.update(id, body);
        put(updated);
        access.set(updated.ipAccessList ?? []);
        announce("Changes saved");
      },
    },
    field({ label: "Name", path: "name", control: name, hint: limits.name }),
    access.element,
  );
  return {
    element: h(
      "section",
      { class: "card", "aria-labelledby": "settings-title" },
      h("header", {}, h("h3", { id: "settings-title" }, "Name and access"), h("code", {}, "services.update(id, body)")),
      element,
    ),
    update() {},
  };
}
