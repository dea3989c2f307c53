// The workbench at the bottom: what the client does, and what can be done to it.
import { useEffect, useState } from "preact/hooks";
import { traffic } from "../../store/traffic.ts";
import { Button } from "../../ui/button.tsx";
import { plural } from "../../ui/text.ts";
import { opened } from "./backend-bar.tsx";
import { ClockPanel } from "./clock-panel.tsx";
import { FaultPanel } from "./fault-panel.tsx";
import { LimitPanel } from "./limit-panel.tsx";
import { RequestPanel, Summary } from "./request-panel.tsx";
import "../../style/workbench.css";

const STORE = "clickhouse-cloud.dock";
const panels = { requests: "Requests", limit: "Rate limit", faults: "Faults", clock: "Clock" } as const;
type Panel = keyof typeof panels;

export function Workbench() {
  const [open, setOpen] = useState<Panel | undefined>(() => {
    const stored = localStorage.getItem(STORE) ?? "";
    return stored in panels ? (stored as Panel) : undefined;
  });
  useEffect(() => localStorage.setItem(STORE, open ?? ""), [open]);
  const sandbox = opened.value?.sandbox;
  const last = traffic.value.at(-1);
  return (
    <aside class={open === undefined ? "dock" : "dock open"} aria-label="Workbench">
      <div class="dock-bar">
        <div class="dock-tabs">
          {(Object.keys(panels) as Panel[])
            .filter((panel) => sandbox !== undefined || panel === "requests" || panel === "limit")
            .map((panel) => (
              <Button key={panel} kind="plain" expanded={open === panel} onClick={() => setOpen(open === panel ? undefined : panel)}>
                {panels[panel]}
              </Button>
            ))}
        </div>
        {open === undefined ? (
          <p class="dock-last">
            <span class="soft">{plural(traffic.value.length, "call")}</span> {last && <Summary of={last} />}
          </p>
        ) : (
          <Button kind="plain" icon="close" label="Close the workbench" onClick={() => setOpen(undefined)}>
            <span class="unseen">Close the workbench</span>
          </Button>
        )}
      </div>
      {open !== undefined && (
        <section class="dock-panel" aria-label={panels[open]}>
          {open === "requests" && <RequestPanel />}
          {open === "limit" && <LimitPanel />}
          {open === "faults" && sandbox !== undefined && <FaultPanel sandbox={sandbox} />}
          {open === "clock" && sandbox !== undefined && <ClockPanel sandbox={sandbox} />}
        </section>
      )}
    </aside>
  );
}
