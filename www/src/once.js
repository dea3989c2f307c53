// @ts-check
// A box that shows a password once, until the visitor confirms having stored it.
import { button, copyButton, h } from "./dom.js";

/**
 * @param {string} text the label
 * @param {string} password
 * @param {() => void} onKept
 */
export function once(text, password, onKept) {
  const element = h(
    "div",
    { class: "once" },
    h("p", {}, text),
    h(
      "div",
      { class: "code" },
      h("code", { class: "secret" }, password),
      copyButton(() => password, "the password"),
    ),
    button(
      "I have kept it",
      () => {
        element.remove();
        onKept();
      },
      { class: "small" },
    ),
  );
  return element;
}
