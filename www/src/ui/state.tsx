// A state as a pill: colour, icon and word.
import { Icon, type IconName } from "./icon.tsx";
import { words } from "./text.ts";

type Tone = "good" | "rest" | "busy" | "bad";

/** The tone and the icon of the states that rest; a state on the way is busy. */
const resting: Record<string, readonly [Tone, IconName]> = {
  running: ["good", "running"],
  ready: ["good", "running"],
  done: ["good", "running"],
  enabled: ["good", "running"],
  deployed: ["good", "running"],
  completed: ["good", "running"],
  idle: ["rest", "idle"],
  stopped: ["rest", "stopped"],
  paused: ["rest", "stopped"],
  disabled: ["rest", "stopped"],
  standby: ["rest", "idle"],
  softdeleted: ["rest", "stopped"],
  degraded: ["bad", "bad"],
  failed: ["bad", "bad"],
  error: ["bad", "bad"],
  unavailable: ["bad", "bad"],
};

export const toneOf = (state: string): Tone => resting[state.toLowerCase()]?.[0] ?? "busy";

export function State({ state }: { state: string }) {
  const [tone, icon] = resting[state.toLowerCase()] ?? ["busy", "busy"];
  return (
    <span class={`pill ${tone}`}>
      <Icon name={icon} />
      {words(state)}
    </span>
  );
}
