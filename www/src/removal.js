// @ts-check
// The dialog that confirms the deletion of a service.
import { button, h } from "./dom.js";
import { remove } from "./store.js";

/**
 * @param {import("clickhouse-cloud").Service} service
 * @param {ReturnType<typeof import("./form.js").faultBox>} fault shows the error if the deletion fails
 */
export function confirmRemoval(service, fault) {
  const dialog = h(
    "dialog",
    { "aria-labelledby": "removal-title", "aria-describedby": "removal-text", onclose: () => dialog.remove() },
    h("h2", { id: "removal-title" }, `Delete ${service.name}?`),
    h("p", { id: "removal-text" }, "It is stopped if need be, then deleted with its data and its backups. There is no way back."),
    h(
      "div",
      { class: "actions" },
      button("Keep it", () => dialog.close()),
      button(
        "Stop and delete",
        () => {
          dialog.close();
          void fault.guard(() => remove(service.id));
        },
        { class: "danger" },
      ),
    ),
    h("p", { class: "soft" }, h("code", {}, "services.stopAndDelete(id, { onProgress })")),
  );
  document.body.append(dialog);
  dialog.showModal();
}
