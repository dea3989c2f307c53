// @ts-check
// The DOM helpers of the page, in place of a framework.

/** @typedef {Node | string | undefined | false} Child */

/**
 * Creates an element. A function is a listener, named "on" and its event; undefined and false omit an attribute.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | undefined | ((event: any) => void)>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

let ids = 0;
/** @param {string} prefix */
export const newId = (prefix) => `${prefix}-${(ids += 1)}`;

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element;
}

/** Changes text only if it differs, so that a selection or a screen reader is not interrupted. */
export function setText(/** @type {HTMLElement} */ element, /** @type {string} */ text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Announces something to screen readers. */
export function announce(/** @type {string} */ text) {
  // Each announcement is an element of its own, so that two at the same moment are both read out.
  const announcer = byId("announcer");
  const line = h("span", {}, `${text}. `);
  announcer.append(line);
  setTimeout(() => line.remove(), 5000);
}

/**
 * Creates a button. It stays focusable while it is disabled, so that its title can explain why.
 *
 * @param {string} label
 * @param {(event: MouseEvent) => void} onClick
 * @param {Record<string, string | undefined>} [attributes]
 */
export function button(label, onClick, attributes = {}) {
  return h(
    "button",
    {
      type: "button",
      ...attributes,
      onclick: (/** @type {MouseEvent} */ event) => {
        if (/** @type {HTMLElement} */ (event.currentTarget).ariaDisabled !== "true") onClick(event);
      },
    },
    label,
  );
}

/**
 * Enables or disables a button.
 *
 * @param {HTMLElement} element
 * @param {boolean} enabled
 * @param {string} [reason] the reason why it is disabled
 */
export function setEnabled(element, enabled, reason) {
  element.ariaDisabled = enabled ? null : "true";
  if (enabled || reason === undefined) element.removeAttribute("title");
  else element.title = reason;
}

/**
 * Creates a button that copies a text to the clipboard.
 *
 * @param {() => string} text
 * @param {string} name for the button and its announcement: "the password"
 */
export function copyButton(text, name) {
  const label = h("span", {}, "Copy");
  const element = button(
    "",
    async () => {
      const copied = await navigator.clipboard.writeText(text()).then(
        () => true,
        () => false,
      );
      setText(label, copied ? "Copied" : "Select it");
      announce(copied ? `Copied ${name}` : `The browser does not let the page copy; select ${name} instead`);
      setTimeout(() => setText(label, "Copy"), 2000);
    },
    { class: "small" },
  );
  element.append(label, h("span", { class: "unseen" }, ` ${name}`));
  return element;
}
