// @ts-check
// The view of one service: its properties, its state, and its operations.
import { backupsSection } from "./backups.js";
import { cloud } from "./cloud.js";
import { button, copyButton, h, setEnabled, setText } from "./dom.js";
import { faultBox } from "./form.js";
import { duration, plural, when } from "./format.js";
import { once } from "./once.js";
import { passwordSection } from "./password.js";
import { pill } from "./pill.js";
import { confirmRemoval } from "./removal.js";
import { scalingSection } from "./scaling.js";
import { settingsSection } from "./settings.js";
import { passwords, put, reach, services, store, waits, wake } from "./store.js";

/** @typedef {import("clickhouse-cloud").Service} Service */
/** A part of the page about one service. @typedef {{ element: HTMLElement, update: (service: Service) => void }} Section */

/** @param {string} id */
export function serviceView(id) {
  const password = passwords.get(id);
  const fault = faultBox();
  const name = h("h2", { id: "service-title", tabindex: -1 });
  const state = pill();
  const facts = h("p", { class: "soft" });
  const progress = h("p", { class: "progress" });
  const shown = h("pre", { tabindex: 0, "aria-label": "The service as the API shows it" });
  const endpoints = h("dl", { class: "facts" });

  const kept =
    password !== undefined &&
    once("The password of the user default. It is shown only now.", password, () => {
      passwords.delete(id);
      name.focus();
    });
  const act = (/** @type {() => Promise<unknown>} */ run) => () => void fault.guard(run);
  const start = button(
    "Start",
    act(async () => {
      put(await cloud.services.start(id));
      await reach(id, "running");
    }),
  );
  const stop = button(
    "Stop",
    act(async () => {
      put(await cloud.services.stop(id));
      await reach(id, "stopped");
    }),
  );
  const awake = button(
    "Wake",
    act(() => wake(id)),
  );
  const read = button(
    "Read again",
    act(async () => put(await cloud.services.get(id))),
  );
  const remove = button(
    "Delete…",
    () => {
      const service = services.get(id);
      if (service !== undefined) confirmRemoval(service, fault);
    },
    { class: "danger" },
  );

  /** @type {Section[]} */
  const sections = [settingsSection(id), scalingSection(id), passwordSection(id), backupsSection(id)];

  const element = h(
    "article",
    { "aria-labelledby": "service-title" },
    h(
      "section",
      { class: "card" },
      h("header", { class: "title" }, name, state.element),
      facts,
      kept,
      progress,
      fault.element,
      h("div", { class: "actions" }, start, stop, awake, read, remove),
      endpoints,
      h("details", {}, h("summary", {}, "As the API shows it"), shown),
    ),
    ...sections.map((section) => section.element),
  );

  function update() {
    const service = services.get(id);
    if (service === undefined) return;
    const wait = waits.get(id);
    setText(name, service.name);
    state.show(service.state);
    setText(
      facts,
      [
        service.provider,
        service.region,
        service.clickhouseVersion && `ClickHouse ${service.clickhouseVersion}`,
        `created ${when(service.createdAt)}`,
      ]
        .filter(Boolean)
        .join(" · "),
    );
    progress.hidden = wait === undefined;
    if (wait !== undefined) {
      setText(progress, `Waiting until it is ${wait.goal}: ${duration(wait.seconds)} of its time, read ${plural(wait.reads, "time")}.`);
    }
    setText(shown, JSON.stringify(service, undefined, 2));
    if (endpoints.childElementCount === 0) {
      for (const { protocol, host, port } of service.endpoints ?? []) {
        const address = `${host}:${port}`;
        endpoints.append(
          h(
            "div",
            {},
            h("dt", {}, protocol ?? "endpoint"),
            h(
              "dd",
              {},
              h("code", {}, address),
              copyButton(() => address, `the ${protocol} address`),
            ),
          ),
        );
      }
    }
    const doing = `It is ${service.state}`;
    setEnabled(start, service.state === "stopped", doing);
    setEnabled(stop, ["running", "idle", "degraded", "partially_running"].includes(service.state), doing);
    setEnabled(awake, service.state === "idle", doing);
    setEnabled(remove, wait?.goal !== "gone" && service.state !== "terminating", "It is being deleted");
    for (const section of sections) section.update(service);
  }
  const closed = new AbortController();
  store.addEventListener("change", update, closed);
  // The shown password was replaced.
  store.addEventListener(
    "password",
    (event) => {
      if (/** @type {CustomEvent<string>} */ (event).detail === id && kept) kept.remove();
    },
    closed,
  );
  update();
  // A new service starts without a command.
  if (services.get(id)?.state === "provisioning" && !waits.has(id)) void fault.guard(() => reach(id, "running"));

  return { element, close: () => closed.abort() };
}
