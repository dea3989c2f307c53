// @ts-check
// The form that creates a service. Providers and regions come from the contract.
import openapi from "clickhouse-cloud/openapi.json";
import { cloud } from "./cloud.js";
import { accessList } from "./access-list.js";
import { button, h } from "./dom.js";
import { clearErrors, compact, field, form, input, select, typedNumber } from "./form.js";
import { limits } from "./limits.js";
import { passwords, put } from "./store.js";

const { Provider, Region } = openapi.components.schemas;

/** The provider of a region, by the shape of its name (eu-west-1, europe-west4, westus3): the contract does not state it. */
const providerOf = (/** @type {string} */ region) => (!region.includes("-") ? "azure" : /-\d+$/.test(region) ? "aws" : "gcp");

const regionsOf = (/** @type {string} */ provider) => (Region.anyOf[0]?.enum ?? []).filter((region) => providerOf(region) === provider);

/** @param {(id: string) => void} onCreated */
export function createView(onCreated) {
  const name = input({ value: "events", required: true });
  const provider = select(Provider.enum.map((value) => [value, { aws: "AWS", gcp: "Google Cloud", azure: "Azure" }[value] ?? value]));
  const region = select([]);
  const access = accessList([{ source: "203.0.113.0/24", description: "Office" }]);
  const least = input({ inputmode: "decimal", placeholder: "Default" });
  const most = input({ inputmode: "decimal", placeholder: "Default" });
  const replicas = input({ inputmode: "numeric", placeholder: "Default" });
  const idle = input({ inputmode: "numeric", placeholder: "Default" });
  const sizes = h(
    "details",
    {},
    h("summary", {}, "Size and idling"),
    h(
      "div",
      { class: "pair" },
      field({ label: "Least memory of a replica, GB", path: "minReplicaMemoryGb", control: least, hint: limits.memory }),
      field({ label: "Most memory of a replica, GB", path: "maxReplicaMemoryGb", control: most, hint: limits.memory }),
      field({ label: "Replicas", path: "numReplicas", control: replicas, hint: limits.replicas }),
      field({ label: "Idle after, minutes", path: "idleTimeoutMinutes", control: idle, hint: limits.idle }),
    ),
  );

  const showRegions = (/** @type {string} */ chosen = "") => {
    const regions = regionsOf(provider.value);
    region.replaceChildren(...regions.map((value) => h("option", { value, selected: value === chosen }, value)));
  };
  provider.addEventListener("change", () => showRegions());
  showRegions("eu-west-1");

  /** @returns {import("clickhouse-cloud").CreateServiceBody} */
  const body = () =>
    compact({
      name: name.value,
      provider: /** @type {import("clickhouse-cloud").Provider} */ (provider.value),
      region: region.value,
      ipAccessList: access.value(),
      minReplicaMemoryGb: typedNumber(least),
      maxReplicaMemoryGb: typedNumber(most),
      numReplicas: typedNumber(replicas),
      idleTimeoutMinutes: typedNumber(idle),
    });

  const { element, fault } = form(
    {
      submit: "Create service",
      primary: true,
      label: "New service",
      actions: [
        button(
          "Fill in mistakes",
          () => {
            name.value = "a name of more than fifty characters, which is too long";
            access.set([{ source: "10.0.0.0/33", description: "No such block" }]);
            least.value = "36.5";
            most.value = "24";
            idle.value = "4";
            sizes.open = true;
            clearErrors(element);
            fault.clear();
          },
          { class: "plain" },
        ),
      ],
      async run() {
        const created = await cloud.services.create(body());
        passwords.set(created.service.id, created.password);
        put(created.service);
        onCreated(created.service.id);
      },
    },
    field({ label: "Name", path: "name", control: name, hint: limits.name }),
    h(
      "div",
      { class: "pair" },
      field({ label: "Provider", path: "provider", control: provider }),
      field({ label: "Region", path: "region", control: region, hint: "It cannot be changed later." }),
    ),
    access.element,
    sizes,
  );

  return h(
    "section",
    { class: "card", "aria-labelledby": "create-title" },
    h("header", {}, h("h2", { id: "create-title", tabindex: -1 }, "New service"), h("code", {}, "services.create(body)")),
    element,
  );
}
