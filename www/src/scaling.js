// @ts-check
// The section for the scaling of a service: memory, replicas and idling.
import { cloud } from "./cloud.js";
import { announce, h, setEnabled, setText } from "./dom.js";
import { compact, field, form, input, typedNumber } from "./form.js";
import { limits } from "./limits.js";
import { put, services } from "./store.js";

/** @param {string} id @returns {import("./service.js").Section} */
export function scalingSection(id) {
  const now = services.get(id);
  const number = (/** @type {number | undefined} */ value) => input({ inputmode: "decimal", value: value?.toString() });
  const least = number(now?.minReplicaMemoryGb);
  const most = number(now?.maxReplicaMemoryGb);
  const replicas = number(now?.numReplicas);
  const minutes = number(now?.idleTimeoutMinutes);
  const idles = h("input", { type: "checkbox", id: "idles", checked: now?.idleScaling });
  const idleAfter = field({ label: "Idle after, minutes", path: "idleTimeoutMinutes", control: minutes, hint: limits.idle });
  const showIdle = () => (idleAfter.hidden = !idles.checked);
  idles.addEventListener("change", showIdle);
  showIdle();
  const effect = h("p", { class: "soft" });

  const { element, send } = form(
    {
      submit: "Scale",
      label: "Scaling",
      async run() {
        put(
          await cloud.services.updateReplicaScaling(
            id,
            compact({
              minReplicaMemoryGb: typedNumber(least),
              maxReplicaMemoryGb: typedNumber(most),
              numReplicas: typedNumber(replicas),
              idleScaling: idles.checked,
              idleTimeoutMinutes: idles.checked ? typedNumber(minutes) : undefined,
            }),
          ),
        );
        announce("Scaled");
      },
    },
    h(
      "div",
      { class: "pair" },
      field({ label: "Least memory of a replica, GB", path: "minReplicaMemoryGb", control: least, hint: limits.memory }),
      field({ label: "Most memory of a replica, GB", path: "maxReplicaMemoryGb", control: most, hint: limits.memory }),
      field({ label: "Replicas", path: "numReplicas", control: replicas, hint: limits.replicas }),
      idleAfter,
    ),
    h("div", { class: "check" }, idles, h("label", { for: "idles" }, "Goes idle when nobody uses it")),
  );

  return {
    element: h(
      "section",
      { class: "card", "aria-labelledby": "scaling-title" },
      h("header", {}, h("h3", { id: "scaling-title" }, "Scaling"), h("code", {}, "services.updateReplicaScaling(id, body)")),
      effect,
      element,
    ),
    update({ state, currentScaling: current }) {
      setEnabled(send, ["running", "idle", "stopped"].includes(state), "It is scaled when it is running, idle or stopped");
      if (current === undefined) return;
      const idle = current.effectiveIdleScaling ? `idle after ${current.effectiveIdleTimeoutMinutes} min` : "never idle";
      setText(
        effect,
        `In effect: ${current.effectiveMinReplicas} replicas of ${current.effectiveMinReplicaMemoryGb} to ${current.effectiveMaxReplicaMemoryGb} GB, ${idle}.`,
      );
    },
  };
}
