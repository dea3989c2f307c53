// The sandbox's faults: for the next requests, or by chance; and what the client did about them.
import { useEffect, useState } from "preact/hooks";
import type { SandboxControl } from "../../backend/types.ts";
import { announce } from "../../store/announce.ts";
import { isPending, traffic } from "../../store/traffic.ts";
import { Button } from "../../ui/button.tsx";
import { plural, words } from "../../ui/text.ts";
import { Summary } from "./request-panel.tsx";

type Fault = Awaited<ReturnType<SandboxControl["faults"]>>[number];

/** Together they make a bad network. */
const network = ["drop-before", "drop-after", "unavailable", "truncated", "slow"];
const BROKEN = 0.25;

export function FaultPanel({ sandbox }: { sandbox: SandboxControl }) {
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const read = async () => setFaults(await sandbox.faults());
  useEffect(() => void read(), [sandbox]);
  const set = async (names: readonly string[], probability: number) => {
    for (const name of names) await sandbox.setProbability(name, probability);
    await read();
  };
  const broken = faults.some(({ name, probability }) => network.includes(name) && probability > 0);
  return (
    <div class="panel-fields">
      <div class="actions">
        <Button
          kind={broken ? "primary" : "danger"}
          pressed={broken}
          onClick={async () => {
            await set(network, broken ? 0 : BROKEN);
            announce(broken ? "The network is whole" : "The network is broken");
          }}
        >
          {broken ? "Mend the network" : "Break the network"}
        </Button>
        <span class="soft">
          {broken ? "More than every second request meets a fault now." : "Then every second request meets a fault."}
        </span>
      </div>
      <Reactions />
      <ul class="faults">
        {faults.map((fault) => (
          <FaultRow key={fault.name} fault={fault} sandbox={sandbox} set={(probability) => void set([fault.name], probability)} />
        ))}
      </ul>
    </div>
  );
}

function FaultRow({
  fault: { name, description, probability },
  sandbox,
  set,
}: {
  fault: Fault;
  sandbox: SandboxControl;
  set: (probability: number) => void;
}) {
  const [times, setTimes] = useState(1);
  const title = words(name.replaceAll("-", "_"));
  return (
    <li class="fault">
      <p>
        <strong>{title}</strong> <span class="soft">{description}</span>
      </p>
      <label class="fault-chance">
        <span class="unseen">Probability of {title}, in percent</span>
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={Math.round(probability * 100)}
          onChange={(event) => set(Number(event.currentTarget.value) / 100)}
        />
        <output>{Math.round(probability * 100)} %</output>
      </label>
      <div class="actions">
        <label class="fault-times">
          <span class="unseen">How many of the next requests meet {title}</span>
          <input type="number" min={1} max={100} value={times} onInput={(event) => setTimes(Number(event.currentTarget.value) || 1)} />
        </label>
        <Button
          label={`Next requests: ${title}`}
          onClick={() =>
            void sandbox
              .inject({ fault: name as never, times })
              .then(() => announce(`The next ${plural(times, "request")} that can will meet it: ${title}`))
          }
        >
          Next requests
        </Button>
      </div>
    </li>
  );
}

/** The latest calls that met something, and how they ended. */
function Reactions() {
  const met = traffic.value.filter(
    ({ value: { attempts } }) => attempts.length > 1 || attempts.some(({ status, fault }) => fault !== undefined || (status ?? 0) >= 429),
  );
  if (met.length === 0) return <p class="soft">No call has met a fault yet.</p>;
  const saved = met.filter(({ value }) => !isPending(value) && (value.attempts.at(-1)?.status ?? 0) in { 200: 1, 201: 1, 204: 1 });
  return (
    <section aria-label="What the client did">
      <p>
        {plural(met.length, "call")} met a fault; the client brought {saved.length} of them to a good end.
      </p>
      <ol class="reactions">
        {met
          .slice(-5)
          .reverse()
          .map((call) => (
            <li key={call.value.id}>
              <Summary of={call} />
            </li>
          ))}
      </ol>
    </section>
  );
}
