// @ts-check
// The section for the password of the user `default`: set by its hashes, or reset to one that the service generates.
import { doubleSha1Hash, generatePassword, hashPassword } from "clickhouse-cloud";
import { cloud, sandbox } from "./cloud.js";
import { announce, button, h, setEnabled, setText } from "./dom.js";
import { faultBox, field, form, input } from "./form.js";
import { once } from "./once.js";
import { passwordChanged, services, wake } from "./store.js";

/** @param {string} id @returns {import("./service.js").Section} */
export function passwordSection(id) {
  const password = input({ type: "password", autocomplete: "new-password", spellcheck: "false" });
  const hash = h("output", { class: "hash", "aria-live": "off" }, "Type a password to see its hashes.");
  const outcome = h("p", { class: "outcome", hidden: true });
  const hint = h("p", { class: "soft" });
  const shown = h("div");

  const reveal = button(
    "Show",
    () => {
      const hidden = password.type === "password";
      password.type = hidden ? "text" : "password";
      setText(reveal, hidden ? "Hide" : "Show");
      reveal.ariaPressed = String(hidden);
    },
    { class: "small", "aria-pressed": "false", "aria-label": "Show the password" },
  );
  const mysqlHash = h("output", { class: "hash", "aria-live": "off", hidden: true });
  const showHash = () => {
    mysqlHash.hidden = password.value === "";
    setText(hash, mysqlHash.hidden ? "Type a password to see its hashes." : hashPassword(password.value));
    setText(mysqlHash, mysqlHash.hidden ? "" : doubleSha1Hash(password.value));
  };
  password.addEventListener("input", () => {
    showHash();
    outcome.hidden = true;
  });
  const generate = button(
    "Generate",
    () => {
      password.value = generatePassword();
      password.dispatchEvent(new Event("input", { bubbles: true }));
      announce("A password was generated");
    },
    { class: "small" },
  );

  /** Wakes an idle service, since only a running one accepts a password. */
  const awake = async () => {
    if (services.get(id)?.state === "idle") await wake(id);
  };

  const place = field({ label: "New password", path: "password", control: password });
  place.querySelector("label")?.after(h("div", { class: "joined" }, password, reveal, generate));
  const set = form(
    {
      submit: "Set password",
      label: "Set a password",
      async run() {
        outcome.hidden = true;
        await awake();
        const typed = password.value;
        await cloud.services.setPassword(id, typed);
        passwordChanged(id);
        shown.replaceChildren();
        const opens = sandbox.verifyPassword(id, typed);
        setText(
          outcome,
          opens ? "Set. The service knows only the hashes, and the password opens it." : "Set, but the password does not open the service.",
        );
        outcome.hidden = false;
        announce("Password set");
      },
    },
    place,
    h(
      "div",
      { class: "field" },
      h("p", { class: "label" }, "What is sent: its SHA-256 in base64 and, for the MySQL interface, its double SHA-1 in hex"),
      hash,
      mysqlHash,
    ),
    outcome,
  );

  const fault = faultBox();
  const reset = button(
    "Reset password",
    () =>
      void fault.guard(async () => {
        await awake();
        const { password } = await cloud.services.resetPassword(id);
        passwordChanged(id);
        outcome.hidden = true;
        shown.replaceChildren(once("The new password, made by the service. It is shown only now.", password, () => reset.focus()));
        announce("The service made a new password");
      }),
  );

  return {
    element: h(
      "section",
      { class: "card", "aria-labelledby": "password-title" },
      h("header", {}, h("h3", { id: "password-title" }, "Password"), h("code", {}, "services.setPassword(id, password)")),
      h("p", { class: "soft" }, "It is hashed in this page and never leaves it."),
      hint,
      set.element,
      h("div", { class: "or" }, h("p", {}, "Lost it? The service can make another."), reset),
      fault.element,
      shown,
    ),
    update({ state }) {
      const takes = state === "running" || state === "idle";
      const why = "Only a running service takes a password";
      hint.hidden = takes && state !== "idle";
      setText(hint, state === "idle" ? "It is idle: setting or resetting wakes it first." : `${why}; this one is ${state}.`);
      setEnabled(set.send, takes, why);
      setEnabled(reset, takes, why);
    },
  };
}
