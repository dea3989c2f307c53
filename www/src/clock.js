// @ts-check
// The clock of the sandbox: shows its time, skips ahead, and links to other speeds.
import { DAY, now, sandbox, SPEEDS, speed } from "./cloud.js";
import { announce, button, h, setText } from "./dom.js";
import { clockTime } from "./format.js";
import { refresh } from "./store.js";

/** @param {HTMLElement} place @param {HTMLElement} speeds */
export function clockView(place, speeds) {
  const time = h("span", { class: "time" });
  const show = () => setText(time, clockTime(now()));
  const skip = (/** @type {string} */ label, /** @type {number} */ ms) =>
    button(
      label,
      () => {
        sandbox.advance(ms);
        show();
        announce(`Time was skipped; it is ${clockTime(now())}`);
        void refresh().catch(() => {});
      },
      { class: "small" },
    );
  place.append(
    h("p", {}, h("span", { class: "unseen" }, "Time in the sandbox: "), time, h("span", { class: "soft" }, ` ${speed}× as fast as yours`)),
    h("div", { class: "actions" }, skip("Skip 10 minutes", DAY / 144), skip("Skip a day", DAY)),
  );
  const others = SPEEDS.filter((other) => other !== speed);
  speeds.append(", perhaps at another speed: ");
  others.forEach((other, index) => speeds.append(index > 0 ? " or " : "", h("a", { href: `?speed=${other}` }, `${other}×`)));
  show();
  setInterval(show, 1000);
}
