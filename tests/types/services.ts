// Services: each operation, each helper.
import {
  CloudClient,
  type CallOptions,
  type CloudPromise,
  type CreateServiceBody,
  type CreateServiceResult,
  type Progress,
  type Service,
  type Services,
  type State,
  type UpdateServiceBody,
  type UpdateServicePasswordBody,
  type UpdateServicePasswordResult,
  type UpdateServiceReplicaScalingBody,
  type UpdateServiceScalingBody,
  type UpdateServiceStateBody,
  type WaitFault,
  type WaitRefusal,
  type WithResponse,
} from "clickhouse-cloud";

const cloud = new CloudClient();
const services: Services = cloud.services;
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
const options: CallOptions = { signal: new AbortController().signal, timeoutMs: 1_000, headers: { "x-trace": "1" } };

export async function operations() {
  same<Awaited<ReturnType<typeof services.list>>, Service[]>();
  const all = await cloud.services.list({ filter: ["tag:env=test"] as const }, options);
  same<typeof all, Service[]>();
  const [first] = all;
  same<typeof first, Service | undefined>();
  await cloud.services.list({ filter: undefined });
  await cloud.services.list(undefined, options);
  // @ts-expect-error a filter is a list
  await cloud.services.list({ filter: "tag:env=test" });
  // @ts-expect-error there is no such parameter
  await cloud.services.list({ filters: [] });

  const made = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" }, options);
  same<typeof made, CreateServiceResult>();
  same<typeof made.password, string>();
  same<typeof made.service, Service>();
  // @ts-expect-error a provider is missing
  await cloud.services.create({ name: "events" });
  // @ts-expect-error there is no such provider
  await cloud.services.create({ name: "events", provider: "amazon" });
  // @ts-expect-error a misspelt property would open the database to nobody, or to everybody
  await cloud.services.create({ name: "events", provider: "aws", ipAcessList: [] });
  // @ts-expect-error a body is needed
  await cloud.services.create();

  const one = await cloud.services.get(id, options);
  same<typeof one, Service>();
  // @ts-expect-error an id is needed
  await cloud.services.get();
  // @ts-expect-error an id is a string
  await cloud.services.get(1);

  same<Awaited<ReturnType<typeof services.update>>, Service>();
  await cloud.services.update(id, { name: "clicks", tags: { add: [{ key: "env", value: "test" }] } }, options);
  // @ts-expect-error here the access list is a change: { add, remove }
  await cloud.services.update(id, { ipAccessList: [{ source: "203.0.113.0/24" }] });

  same<ReturnType<typeof services.delete>, CloudPromise<void>>();
  await cloud.services.delete(id, options);
  // @ts-expect-error a deletion has no body
  await cloud.services.delete(id, {}, {});

  same<Awaited<ReturnType<typeof services.updateState>>, Service>();
  await cloud.services.updateState(id, { command: "start" }, options);
  // @ts-expect-error there is no such command
  await cloud.services.updateState(id, { command: "restart" });

  same<Awaited<ReturnType<typeof services.updateScaling>>, Service>();
  await cloud.services.updateScaling(id, { minTotalMemoryGb: 24, idleScaling: true }, options);
  // @ts-expect-error the memory of one replica is the successor's
  await cloud.services.updateScaling(id, { minReplicaMemoryGb: 24 });

  same<Awaited<ReturnType<typeof services.updateReplicaScaling>>, Service>();
  await cloud.services.updateReplicaScaling(id, { minReplicaMemoryGb: 8, autoscalingMode: "vertical" }, options);
  // @ts-expect-error memory is a number
  await cloud.services.updateReplicaScaling(id, { minReplicaMemoryGb: "8" });

  const set = await cloud.services.updatePassword(id, { newPasswordHash: "…", newDoubleSha1Hash: undefined }, options);
  same<typeof set, UpdateServicePasswordResult>();
  same<typeof set.password, string | undefined>();
  // @ts-expect-error a password itself is never sent
  await cloud.services.updatePassword(id, { password: "secret" });
}

export async function helpers() {
  same<Awaited<ReturnType<typeof services.start>>, Service>();
  await cloud.services.start(id, options);
  // @ts-expect-error options are no list
  await cloud.services.start(id, [options]);

  same<Awaited<ReturnType<typeof services.stop>>, Service>();
  await cloud.services.stop(id, options);
  // @ts-expect-error a call does not wait
  await cloud.services.stop(id, { pollIntervalMs: 1 });

  same<Awaited<ReturnType<typeof services.awake>>, Service>();
  await cloud.services.awake(id, options);
  // @ts-expect-error an id is a string
  await cloud.services.awake(undefined);

  same<ReturnType<typeof services.setPassword>, CloudPromise<void>>();
  await cloud.services.setPassword(id, "correct horse battery staple", options);
  await cloud.services.setPassword(id, new Uint8Array(32));
  // @ts-expect-error a password is a string or its bytes
  await cloud.services.setPassword(id, 12345678);

  const reset = await cloud.services.resetPassword(id, options);
  same<typeof reset, { password: string }>();
  // @ts-expect-error the service makes it
  await cloud.services.resetPassword(id, "mine");

  const running = await cloud.services.waitFor(id, "running", {
    signal: options.signal,
    timeoutMs: 60_000,
    pollIntervalMs: 500,
    headers: new Headers(),
    onProgress(progress) {
      same<typeof progress, Progress<State>>();
      same<typeof progress.state, State>();
      same<typeof progress.previousState, State | undefined>();
      same<typeof progress.elapsedMs, number>();
      same<typeof progress.attempt, number>();
      same<typeof progress.refusal, WaitRefusal | undefined>();
      same<typeof progress.fault, WaitFault | undefined>();
      const { refusal, fault } = progress;
      if (refusal) {
        same<typeof refusal.status, number>();
        same<typeof refusal.code, string | undefined>();
        same<typeof refusal.message, string>();
      }
      if (fault) {
        same<typeof fault.status, number | undefined>();
        same<typeof fault.fault, "connection" | "timeout" | undefined>();
        same<typeof fault.message, string>();
      }
    },
  });
  same<typeof running, Service>();
  await cloud.services.waitFor(id, ["running", "idle"] as const);
  await cloud.services.waitFor(id, "a state of tomorrow");
  // @ts-expect-error a state is a string
  await cloud.services.waitFor(id, 3);
  // @ts-expect-error there is no such option
  await cloud.services.waitFor(id, "running", { intervalMs: 1 });

  const made = await cloud.services.createAndWait(
    { name: "events", provider: "aws", region: "eu-west-1" },
    { timeoutMs: 1, onCreated: async (created) => same<typeof created, CreateServiceResult>() },
  );
  same<typeof made, CreateServiceResult>();
  // @ts-expect-error a provider is missing
  await cloud.services.createAndWait({ name: "events" });

  const awake = await cloud.services.ensureRunning(id, { start: true, pollIntervalMs: 500 });
  same<typeof awake, Service>();
  // @ts-expect-error it is true or false
  await cloud.services.ensureRunning(id, { start: "yes" });

  same<ReturnType<typeof services.stopAndDelete>, Promise<{ found: boolean }>>();
  await cloud.services.stopAndDelete(id, { timeoutMs: 60_000 });
  // @ts-expect-error it starts nothing
  await cloud.services.stopAndDelete(id, { start: true });
}

export async function withResponse() {
  const full = await cloud.services.get(id).withResponse();
  same<typeof full, WithResponse<Service>>();
  same<typeof full.data, Service>();
  same<typeof full.status, number>();
  same<typeof full.headers, Record<string, string>>();
  const trace = full.headers["x-trace"];
  same<typeof trace, string | undefined>();
  same<typeof full.requestId, string | undefined>();
  same<typeof full.attempts, number>();
  // @ts-expect-error it takes nothing
  await cloud.services.get(id).withResponse(true);
  const gone = await cloud.services.delete(id).withResponse();
  same<typeof gone.data, void>();
  // @ts-expect-error what waits is many calls, which have no one response
  await cloud.services.waitFor(id, "running").withResponse();

  // A promise like any other.
  const name: Promise<string> = cloud.services.get(id).then((service) => service.name);
  const either = cloud.services.get(id).then(
    (service) => service.id,
    () => {},
  );
  same<Awaited<typeof either>, string | void>();
  // @ts-expect-error it brings a service
  const wrong: Promise<string> = cloud.services.get(id).then((service) => service);
  return [
    name,
    wrong,
    cloud.services
      .get(id)
      .catch(() => undefined)
      .finally(() => {}),
  ];
}

// Bodies that are read only, and that leave out by undefined.
const body = {
  name: "events",
  provider: "gcp",
  region: "europe-west4",
  ipAccessList: [{ source: "203.0.113.0/24", description: "office" }],
  privateEndpointIds: ["one"],
  endpoints: [{ protocol: "mysql", enabled: true }],
  tags: [{ key: "env" }],
  tier: undefined,
} as const;
export const create: CreateServiceBody = body;
export const update: UpdateServiceBody = {
  ipAccessList: { add: body.ipAccessList, remove: undefined },
  privateEndpointIds: { remove: body.privateEndpointIds },
  tags: { add: body.tags },
  endpoints: body.endpoints,
} as const;
export const state: UpdateServiceStateBody = { command: "awake" } as const;
export const scaling: UpdateServiceScalingBody = { numReplicas: 3 } as const;
export const replicas: UpdateServiceReplicaScalingBody = { numReplicas: 3, idleTimeoutMinutes: 5 } as const;
export const password: UpdateServicePasswordBody = {} as const;

// What comes may be new; what is sent is closed where the contract says so.
export const states: State[] = ["running", "levitating"];
export const known = (service: Service) => service.state === "running" || service.state === "levitating";
export const region: CreateServiceBody["region"] = "mars-1";
// @ts-expect-error a state is a string
export const noState: State = 1;
// @ts-expect-error the contract has two rules
export const compliance: CreateServiceBody["complianceType"] = "soc2";
// @ts-expect-error there is no such property
export const misspelt = (service: Service) => service.sttae;
// @ts-expect-error it may be absent
export const endpoints = (service: Service): number => service.endpoints.length;
// @ts-expect-error an answer's lists are the caller's own, but of their kind
export const push = (service: Service) => service.ipAccessList?.push("0.0.0.0/0");
