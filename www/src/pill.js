// @ts-check
// A label for a state or status, with its word and a colour.
import { h, setText } from "./dom.js";

/** @type {Record<string, string>} */
const tones = {
  running: "good",
  done: "good",
  idle: "rest",
  stopped: "off",
  terminated: "off",
  failed: "bad",
  error: "bad",
  degraded: "bad",
  partially_running: "bad",
};

export function pill() {
  const word = h("span", {});
  const element = h("span", { class: "pill" }, h("span", { class: "dot" }), word);
  return {
    element,
    /** @param {string} state an unknown state is shown as a transition */
    show(state) {
      element.dataset.tone = tones[state] ?? "busy";
      setText(word, state.replaceAll("_", " "));
    },
  };
}
