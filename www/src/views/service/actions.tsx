// What can be done with a service in its state; what cannot says why.
import type { Service } from "clickhouse-cloud";
import { mutation } from "../../store/mutations.ts";
import { lifeKey, startService, stopService, wakeService } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { words } from "../../ui/text.ts";
import { Remove } from "./remove.tsx";

export function Actions({ service }: { service: Service }) {
  const { id, name, state } = service;
  const change = mutation(lifeKey(id)).value;
  const inProgress = change?.status === "running" ? `${change.label} is in progress` : undefined;
  const only = (states: readonly string[], text: string) =>
    inProgress ?? (states.includes(state) ? undefined : `${text}; this one is ${words(state)}`);
  return (
    <fieldset class="actions" aria-label={`Actions on ${name}`}>
      <Button disabledBecause={only(["stopped"], "Only a stopped service can be started")} onClick={() => void startService(id)}>
        Start
      </Button>
      <Button disabledBecause={only(["idle"], "Only an idle service can be woken")} onClick={() => void wakeService(id)}>
        Wake
      </Button>
      <Button
        disabledBecause={only(["running", "idle", "degraded", "partially_running"], "Only a service that runs can be stopped")}
        onClick={() => void stopService(id)}
      >
        Stop
      </Button>
      <Remove service={service} disabledBecause={inProgress} />
    </fieldset>
  );
}
