// The sandbox's time: play, pause, speed and skips; and its scenarios.
import { useState } from "preact/hooks";
import type { SandboxControl } from "../../backend/types.ts";
import { announce } from "../../store/announce.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";

const speeds = [1, 10, 30, 120, 600];
const skips = [
  ["1 minute", 60_000],
  ["10 minutes", 600_000],
  ["1 hour", 3_600_000],
  ["1 day", 86_400_000],
] as const;
const scenarios = { "busy-team": "a busy team", incident: "an incident", empty: "nothing" };

export function ClockPanel({ sandbox }: { sandbox: SandboxControl }) {
  const { speed, paused } = sandbox.clock.value;
  const [scenario, setScenario] = useState<keyof typeof scenarios>("busy-team");
  return (
    <div class="panel-fields">
      <div class="actions">
        <Button pressed={paused} onClick={() => void (paused ? sandbox.play() : sandbox.pause())}>
          {paused ? "Play" : "Pause"}
        </Button>
        {paused && <span class="soft">Its time stands still: requests wait for the rate limit, too.</span>}
      </div>
      <fieldset class="actions">
        <legend>Speed</legend>
        {speeds.map((each) => (
          <Button key={each} pressed={speed === each} onClick={() => void sandbox.setSpeed(each)}>
            {each} ×
          </Button>
        ))}
      </fieldset>
      <fieldset class="actions">
        <legend>Skip</legend>
        {skips.map(([name, ms]) => (
          <Button key={name} onClick={() => void sandbox.skip(ms).then(() => announce(`${name} skipped`))}>
            {name}
          </Button>
        ))}
      </fieldset>
      <fieldset class="actions">
        <legend>Start over with</legend>
        <select
          aria-label="Scenario"
          value={scenario}
          onChange={(event) => setScenario(event.currentTarget.value as keyof typeof scenarios)}
        >
          {Object.entries(scenarios).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
        <Confirm
          button="Start over"
          title={`Start over with ${scenarios[scenario]}?`}
          act="Start over"
          onConfirm={() => void sandbox.reset(scenario)}
        >
          <p>All that is in the sandbox is lost, in every tab of this page.</p>
        </Confirm>
      </fieldset>
    </div>
  );
}
