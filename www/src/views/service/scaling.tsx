// The size of a service as a picture: the limits of memory, replicas and idling, what is in effect, and what is pending.
import type { CurrentScaling, Service } from "clickhouse-cloud";
import { useEffect, useMemo } from "preact/hooks";
import type { Issue } from "../../forms/context.ts";
import type { Form } from "../../forms/model.ts";
import type { Draft } from "../../store/drafts.ts";
import { mutation } from "../../store/mutations.ts";
import { type ScalingValues, saveScaling, scalingBody, scalingDraft, scalingKey, scalingOf } from "../../store/service.ts";
import { Skeleton } from "../../ui/empty.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Conflicts, SaveBar } from "./draft-bar.tsx";
import { check, issueAt, type Package, useBody, usePackage } from "./package.ts";
import { type Limits, RangePair } from "./range-pair.tsx";

const BODY = "UpdateServiceReplicaScalingBody";

const names = {
  minReplicaMemoryGb: "The least memory",
  maxReplicaMemoryGb: "The most memory",
  numReplicas: "The number of replicas",
  minReplicas: "The fewest replicas",
  maxReplicas: "The most replicas",
  idleScaling: "Idling",
  idleTimeoutMinutes: "The time until it goes idle",
};

const limitsOf = (form: Form | undefined): Limits | undefined =>
  form?.kind === "number" && form.min !== undefined && form.max !== undefined
    ? { min: form.min, max: form.max, step: form.step ?? 1 }
    : undefined;

/** A reason that holds whatever the value. */
const withoutValue = (issue: string) => issue.replace(/, received .*/, ".");

/** Why no size of this service can be changed now. A tier that has one size is the contract's: it refuses any size beside it. */
function refusedBecause({ tier }: Service, loaded: Package, { min }: Limits): string | undefined {
  const issue = issueAt(check(loaded, "CreateServiceBody", { tier, minReplicaMemoryGb: min }), "minReplicaMemoryGb");
  return issue === undefined ? undefined : withoutValue(issue);
}

export function Scaling({ service }: { service: Service }) {
  const loaded = usePackage();
  const body = useBody("services.updateReplicaScaling");
  const fields = scalingDraft(service);
  useEffect(() => fields.rebase(scalingOf(service)), [service]);
  const memory = limitsOf(body?.("minReplicaMemoryGb"));
  const replicas = limitsOf(body?.("numReplicas"));
  if (loaded === undefined || memory === undefined || replicas === undefined)
    return <Skeleton label="Loading the limits of scaling" rows={3} />;

  const values = fields.values.value;
  const isChanged = fields.isChanged.value;
  // All limits together show rules that hold between them; only what was changed is sent.
  const { idleScaling, idleTimeoutMinutes, ...size } = values;
  const present = Object.fromEntries(
    Object.entries({ ...size, idleScaling, idleTimeoutMinutes }).filter(([, value]) => value !== undefined),
  );
  const issues = isChanged ? [...check(loaded, BODY, present), ...check(loaded, BODY, scalingBody(service))] : [];
  const refused = refusedBecause(service, loaded, memory);
  const busy = mutation(scalingKey(service.id)).value?.status === "running";
  return (
    <form
      class="card part-form wide"
      aria-label="Scaling"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && issues.length === 0 && refused === undefined && !busy) void saveScaling(service);
      }}
    >
      <Size service={service} fields={fields} issues={issues} loaded={loaded} memory={memory} replicas={replicas} refused={refused} />
      <Effect service={service} />
      <fieldset class="idling">
        <legend>Idling</legend>
        <label class="check">
          <input type="checkbox" checked={idleScaling} onChange={(event) => fields.set("idleScaling", event.currentTarget.checked)} />
          Go idle when nobody uses it, and wake on a connection
        </label>
        {idleScaling && (
          <Count
            label="Minutes until it goes idle"
            value={idleTimeoutMinutes}
            error={issueAt(issues, "idleTimeoutMinutes")}
            onChange={(minutes) => fields.set("idleTimeoutMinutes", minutes)}
          />
        )}
      </fieldset>
      <Conflicts of={fields} names={names} />
      <SaveBar
        of={scalingKey(service.id)}
        act="Scale"
        isChanged={isChanged}
        refusal={refused?.replace(/\.$/, "") ?? (issues.length > 0 ? "First mend the values that are marked" : undefined)}
        onReset={() => fields.reset()}
      />
    </form>
  );
}

interface SizeProps {
  readonly service: Service;
  readonly fields: Draft<ScalingValues>;
  readonly issues: readonly Issue[];
  readonly loaded: Package;
  readonly memory: Limits;
  readonly replicas: Limits;
  readonly refused: string | undefined;
}

function Size({ service, fields, issues, loaded, memory, replicas, refused }: SizeProps) {
  const values = fields.values.value;
  const { currentScaling: now } = service;
  const isHorizontal = service.autoscalingMode === "horizontal";
  const refusals = useMemo(() => {
    const reason = (low: string, high: string) => (value: number) =>
      check(loaded, BODY, { [low]: value, [high]: value })
        .map(({ message }) => withoutValue(message))
        .at(0);
    return { memory: reason("minReplicaMemoryGb", "maxReplicaMemoryGb"), replicas: reason("minReplicas", "maxReplicas") };
  }, [loaded]);
  const { minReplicaMemoryGb: least = memory.min, maxReplicaMemoryGb: most = memory.min } = values;
  const [fewest, mostReplicas] = isHorizontal
    ? [values.minReplicas ?? replicas.min, values.maxReplicas ?? replicas.min]
    : [values.numReplicas ?? replicas.min, values.numReplicas ?? replicas.min];
  const setMemory = (value: number) => {
    fields.set("minReplicaMemoryGb", value);
    fields.set("maxReplicaMemoryGb", value);
  };
  const total = [least * fewest, most * mostReplicas];
  return (
    <>
      <RangePair
        label="Memory of a replica"
        unit="GB"
        limits={memory}
        least={least}
        most={most}
        // Where the replicas vary in number, each has the same memory.
        onLeast={(value) => (isHorizontal ? setMemory(value) : fields.set("minReplicaMemoryGb", value))}
        onMost={(value) => (isHorizontal ? setMemory(value) : fields.set("maxReplicaMemoryGb", value))}
        effect={pair(now?.effectiveMinReplicaMemoryGb, now?.effectiveMaxReplicaMemoryGb)}
        refusal={refusals.memory}
        error={issueAt(issues, "minReplicaMemoryGb") ?? issueAt(issues, "maxReplicaMemoryGb")}
        refusedBecause={refused}
      />
      {isHorizontal ? (
        <RangePair
          label="Number of replicas"
          unit="replicas"
          limits={replicas}
          least={fewest}
          most={mostReplicas}
          onLeast={(value) => fields.set("minReplicas", value)}
          onMost={(value) => fields.set("maxReplicas", value)}
          effect={pair(now?.effectiveMinReplicas, now?.effectiveMaxReplicas)}
          refusal={refusals.replicas}
          error={issueAt(issues, "minReplicas") ?? issueAt(issues, "maxReplicas")}
          refusedBecause={refused}
        />
      ) : (
        <Count
          label="Replicas"
          value={values.numReplicas}
          error={issueAt(issues, "numReplicas")}
          onChange={(count) => fields.set("numReplicas", count)}
        />
      )}
      <p class="total-memory">
        <strong>{total[0] === total[1] ? `${total[1]} GB` : `${total[0]} to ${total[1]} GB`}</strong> in total:{" "}
        {fewest === mostReplicas ? fewest : `${fewest} to ${mostReplicas}`} × {least === most ? most : `${least} to ${most}`} GB
      </p>
    </>
  );
}

const pair = (low: number | undefined, high: number | undefined): readonly [number, number] | undefined =>
  low === undefined || high === undefined ? undefined : [low, high];

function Count(props: {
  label: string;
  value: number | undefined;
  error: string | undefined;
  onChange: (value: number | undefined) => void;
}) {
  const { label, value, error, onChange } = props;
  return (
    <div class="count-field">
      <Field label={label} error={error}>
        {(tied) => (
          <input
            {...tied}
            type="number"
            inputMode="numeric"
            step="any"
            value={value ?? ""}
            onInput={({ currentTarget: { valueAsNumber } }) => onChange(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber)}
          />
        )}
      </Field>
    </div>
  );
}

const range = (low: number | undefined, high: number | undefined, unit: string) =>
  low === high ? `${high} ${unit}` : `${low} to ${high} ${unit}`;

/** What applies now, and what will: a service takes some time to have a new size. */
function Effect({ service }: { service: Service }) {
  const { currentScaling: now } = service;
  if (now === undefined) return null;
  const wanted = scalingOf(service);
  const isPending =
    now.effectiveMinReplicaMemoryGb !== wanted.minReplicaMemoryGb ||
    now.effectiveMaxReplicaMemoryGb !== wanted.maxReplicaMemoryGb ||
    now.effectiveMaxReplicas !== (wanted.maxReplicas ?? wanted.numReplicas);
  const wantedText = `${range(wanted.minReplicas ?? wanted.numReplicas, wanted.maxReplicas ?? wanted.numReplicas, "replicas")} of ${range(wanted.minReplicaMemoryGb, wanted.maxReplicaMemoryGb, "GB")}`;
  return (
    <Notice tone={isPending ? "busy" : "good"} title={isPending ? "A change is pending." : "What is set is in effect."}>
      <p>In effect now: {inEffect(now)}.</p>
      {isPending && (
        <p>
          Set: {wantedText}. {now.activeEntryId === undefined ? "The service is scaling." : "An entry of the schedule is in force."}
        </p>
      )}
    </Notice>
  );
}

const inEffect = (now: CurrentScaling) =>
  `${range(now.effectiveMinReplicas, now.effectiveMaxReplicas, "replicas")} of ${range(now.effectiveMinReplicaMemoryGb, now.effectiveMaxReplicaMemoryGb, "GB")}`;
