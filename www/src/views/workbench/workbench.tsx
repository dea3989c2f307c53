// The workbench at the bottom: what the client does, and what can be done to it.
import { useLayoutEffect, useState } from "preact/hooks";
import { traffic } from "../../store/traffic.ts";
import { Button } from "../../ui/button.tsx";
import { plural } from "../../ui/text.ts";
import { opened } from "./backend-bar.tsx";
import { ClockPanel } from "./clock-panel.tsx";
import { Edge } from "./edge.tsx";
import { FaultPanel } from "./fault-panel.tsx";
import { LimitPanel } from "./limit-panel.tsx";
import { RequestPanel, Summary } from "./request-panel.tsx";
import "../../style/workbench.css";

const STORE = "clickhouse-cloud.dock";
const STORE_HEIGHT = "clickhouse-cloud.dock-height";
/** In percent of the window's height. */
const HEIGHT = 45;
const panels = { requests: "Requests", limit: "Rate limit", faults: "Faults", clock: "Clock" } as const;
type Panel = keyof typeof panels;

export function Workbench() {
  const [open, setPanel] = useState<Panel | undefined>(() => {
    const stored = localStorage.getItem(STORE) ?? "";
    return stored in panels ? (stored as Panel) : undefined;
  });
  const setOpen = (panel: Panel | undefined) => {
    localStorage.setItem(STORE, panel ?? "");
    setPanel(panel);
  };
  const [height, setHeight] = useState(() => Number(localStorage.getItem(STORE_HEIGHT)) || HEIGHT);
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    if (open === undefined) style.removeProperty("--dock");
    else style.setProperty("--dock", `${height}dvh`);
  }, [open, height]);
  const sandbox = opened.value?.sandbox;
  const last = traffic.value.at(-1);
  return (
    <aside class={open === undefined ? "dock" : "dock open"} aria-label="Workbench">
      {open !== undefined && (
        <Edge
          height={height}
          onChange={(changed) => {
            localStorage.setItem(STORE_HEIGHT, String(changed));
            setHeight(changed);
          }}
        />
      )}
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
        <section id="dock-panel" class="dock-panel" aria-label={panels[open]}>
          {open === "requests" && <RequestPanel />}
          {open === "limit" && <LimitPanel />}
          {open === "faults" && sandbox !== undefined && <FaultPanel sandbox={sandbox} />}
          {open === "clock" && sandbox !== undefined && <ClockPanel sandbox={sandbox} />}
        </section>
      )}
    </aside>
  );
}
