// @ts-check
// Forms without validation of their own: the client's issues are shown at the fields that their paths name, all at once.
import { RequestValidationError } from "clickhouse-cloud";
import { h, newId, setText } from "./dom.js";
import { plural } from "./format.js";

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** The text of an error that is not about a field. */
export const explain = (/** @type {unknown} */ error) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Creates a box that shows an error; screen readers read it out. */
export function faultBox() {
  const element = h("p", { class: "fault", role: "alert", hidden: true });
  const show = (/** @type {string} */ text) => {
    element.hidden = text === "";
    setText(element, text);
  };
  return {
    element,
    show,
    clear: () => show(""),
    /** Runs a function, and shows its error. */
    async guard(/** @type {() => Promise<unknown>} */ run) {
      show("");
      try {
        await run();
      } catch (error) {
        show(explain(error));
      }
    },
  };
}

/**
 * Creates a control with its label, a hint, and a place for errors.
 *
 * @template {Control} T
 * @param {{ label: string, path: string, control: T, hint?: string, labelUnseen?: boolean }} options `path` as in an
 *   issue: "ipAccessList.0.source"
 */
export function field({ label, path, control, hint, labelUnseen }) {
  const id = newId("field");
  control.id = id;
  control.setAttribute("aria-describedby", hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`);
  return h(
    "div",
    { class: "field", "data-path": path },
    h("label", { for: id, class: labelUnseen && "unseen" }, label),
    control,
    hint !== undefined && h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("p", { class: "error", id: `${id}-error` }),
  );
}

/** @param {Record<string, string | boolean | undefined>} [attributes] */
export const input = (attributes = {}) => h("input", { type: "text", autocomplete: "off", ...attributes });

/** @param {[value: string, label: string][]} options */
export const select = (options) => h("select", {}, ...options.map(([value, label]) => h("option", { value }, label)));

/** The number in a control; undefined if empty. Other text is passed on as it is, so that the client reports it. */
export function typedNumber(/** @type {Control} */ control) {
  const text = control.value.trim();
  if (text === "") return undefined;
  return Number.isNaN(Number(text)) ? /** @type {any} */ (text) : Number(text);
}

/** Omits undefined properties. @template {object} T @param {T} object */
export const compact = (object) => /** @type {T} */ (Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));

const sentence = (/** @type {string} */ text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** @param {HTMLElement} place */
function setError(place, /** @type {string} */ text) {
  const error = place.querySelector(":scope > .error");
  if (error instanceof HTMLElement) setText(error, text);
  place.querySelector("input, select")?.setAttribute("aria-invalid", String(text !== ""));
}

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  for (const place of form.querySelectorAll(".field")) setError(/** @type {HTMLElement} */ (place), "");
}

/**
 * Shows each issue at its field; gives the issues without one.
 *
 * @param {HTMLFormElement} form
 * @param {import("clickhouse-cloud").Issue[]} issues
 */
function place(form, issues) {
  /** @type {Map<string, HTMLElement>} */
  const fields = new Map();
  for (const element of form.querySelectorAll("[data-path]")) {
    if (element instanceof HTMLElement) fields.set(element.dataset.path ?? "", element);
  }
  return issues.filter(({ path, message }) => {
    const element = fields.get(path.filter((step, index) => index > 0 || step !== "body").join("."));
    if (element !== undefined)
      setError(element, [element.querySelector(":scope > .error")?.textContent, sentence(message)].filter(Boolean).join("\n"));
    return element === undefined;
  });
}

/**
 * Creates a form. It cannot be submitted again while a submission is in progress.
 *
 * @param {{ submit: string, primary?: boolean, label?: string, actions?: HTMLElement[], run: () => Promise<unknown> }} options
 * @param {...(Node | undefined)} children
 */
export function form({ submit, primary = false, label, actions = [], run }, ...children) {
  const fault = faultBox();
  const send = h("button", { type: "submit", class: primary && "primary" }, submit);
  let busy = false;
  const element = h(
    "form",
    {
      novalidate: true,
      "aria-label": label,
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (busy || send.ariaDisabled === "true") return;
        busy = true;
        element.ariaBusy = "true";
        clearErrors(element);
        fault.clear();
        try {
          await run();
        } catch (error) {
          if (!(error instanceof RequestValidationError)) return fault.show(explain(error));
          const elsewhere = place(element, error.issues).map(({ path, message }) => sentence(`${path.join(".")}: ${message}`));
          fault.show([`${plural(error.issues.length, "value")} refused here; nothing was sent.`, ...elsewhere].join(" "));
          const first = element.querySelector("[aria-invalid=true]");
          if (first instanceof HTMLElement) {
            first.closest("details")?.setAttribute("open", "");
            first.focus();
          }
        } finally {
          busy = false;
          element.ariaBusy = null;
        }
      },
      oninput: (/** @type {Event} */ event) => {
        const place = event.target instanceof Element ? event.target.closest(".field") : null;
        if (place instanceof HTMLElement) setError(place, "");
      },
    },
    ...children.filter((child) => child !== undefined),
    fault.element,
    h("div", { class: "actions" }, send, ...actions),
  );
  return { element, send, fault };
}
