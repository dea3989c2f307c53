// The sandbox.
import { CloudClient, type CloudClientOptions, type Clock, type Organization, type Service } from "clickhouse-cloud";
import {
  Sandbox,
  type LedgerEntry,
  type SandboxClientOptions,
  type SandboxFault,
  type SandboxInjection,
  type SandboxKey,
  type SandboxOptions,
  type SandboxScenario,
  type SandboxSnapshot,
  type SandboxState,
} from "clickhouse-cloud/sandbox";

const key: Required<SandboxKey> = { keyId: "other", keySecret: "secret", organizationId: undefined };
export const scenario: SandboxScenario = {
  description: "One service.",
  organization: { name: "Acme" },
  services: [{ name: "events", provider: "aws", region: "eu-west-1", $state: "idle" }],
  faults: { slow: 0.1 },
};
export const all: Required<SandboxOptions> = {
  seed: 7,
  latencyMs: 0,
  timeScale: 60,
  rateLimit: { requests: 10, perMs: 10_000 },
  faults: { "drop-after": 0.1, slow: undefined },
  keyId: "key",
  keySecret: "secret",
  organizationId: undefined,
  maxServices: 100,
  keys: [key, { keyId: "third", keySecret: "secret" }],
  scenario,
};
export const sandboxes = [
  new Sandbox(),
  new Sandbox(all),
  new Sandbox({ rateLimit: false, faults: { html: 1 } as const }),
  new Sandbox({ scenario: "busy-team" }),
  new Sandbox({ scenario: "services: []" }),
  // @ts-expect-error a scenario is a name, a text or an object
  new Sandbox({ scenario: 1 }),
  // @ts-expect-error a description is a text
  new Sandbox({ scenario: { description: 1 } }),
  // @ts-expect-error the organization is an object
  new Sandbox({ scenario: { organization: 1 } }),
  // @ts-expect-error there is no such fault
  new Sandbox({ scenario: { faults: { earthquake: 1 } } }),
  // @ts-expect-error a seed is a number
  new Sandbox({ seed: "seven" }),
  // @ts-expect-error milliseconds are a number
  new Sandbox({ latencyMs: "1s" }),
  // @ts-expect-error a scale is a number
  new Sandbox({ timeScale: "60x" }),
  // @ts-expect-error no limit is false
  new Sandbox({ rateLimit: true }),
  // @ts-expect-error there is no such fault
  new Sandbox({ faults: { earthquake: 1 } }),
  // @ts-expect-error a key is a string
  new Sandbox({ keyId: 1 }),
  // @ts-expect-error a secret is a string
  new Sandbox({ keySecret: 1 }),
  // @ts-expect-error an organization is told by its id
  new Sandbox({ organizationId: {} }),
  // @ts-expect-error how many is a number
  new Sandbox({ maxServices: "many" }),
  // @ts-expect-error a key is an object
  new Sandbox({ keys: ["key:secret"] }),
  // @ts-expect-error a key has an id
  new Sandbox({ keys: [{ keySecret: "secret" }] }),
  // @ts-expect-error a key has a secret
  new Sandbox({ keys: [{ keyId: "other" }] }),
  // @ts-expect-error an organization is told by its id
  new Sandbox({ keys: [{ ...key, organizationId: 1 }] }),
  // @ts-expect-error there is no such option
  new Sandbox({ speed: 60 }),
];

const sandbox = new Sandbox({});
export const cloud = new CloudClient(sandbox.clientOptions);
export const client: CloudClientOptions = { ...sandbox.clientOptions, logLevel: "debug" };
same<typeof sandbox.clientOptions, SandboxClientOptions>();
const {
  keyId,
  keySecret,
  organizationId,
  baseUrl,
  fetch: own,
  clock,
  rateLimit,
  timeoutMs,
  dangerouslyAllowBrowser,
} = sandbox.clientOptions;
same<[typeof keyId, typeof keySecret, typeof organizationId, typeof baseUrl], [string, string, string, string]>();
same<typeof own, (url: string, init: RequestInit) => Promise<Response>>();
same<typeof clock, Clock>();
same<typeof rateLimit, { requests: number; perMs: number } | false>();
same<typeof timeoutMs, number>();
same<typeof dangerouslyAllowBrowser, true>();
// @ts-expect-error it is read only
sandbox.clientOptions = {};
// @ts-expect-error the client gives an address, and what to send
sandbox.clientOptions.fetch();

export const answers: Promise<Response>[] = [
  sandbox.fetch("https://api.clickhouse.cloud/v1/organizations"),
  sandbox.fetch(new URL("https://x"), { method: "GET" }),
];
export const standIn: typeof globalThis.fetch = sandbox.fetch;
// @ts-expect-error an address is needed
sandbox.fetch();

const scale: number = sandbox.timeScale;
sandbox.timeScale = scale * 0;
// @ts-expect-error a number
sandbox.timeScale = "fast";

const chance: number | undefined = sandbox.probabilities["stale-read"];
sandbox.probabilities = { ...sandbox.probabilities, slow: chance };
// @ts-expect-error a fault that there is not
sandbox.probabilities = { slowly: 0.1 };

sandbox.advance(60_000);
// @ts-expect-error milliseconds are a number
sandbox.advance("1 min");

const injection: Required<SandboxInjection> = { fault: "drop-after", times: 2, method: "POST", path: undefined, operation: undefined };
sandbox.inject(injection);
sandbox.inject({ fault: "slow", path: "/v1/organizations" });
// @ts-expect-error there is no such fault
sandbox.inject({ fault: "earthquake" });
// @ts-expect-error which fault?
sandbox.inject({ times: 1 });
// @ts-expect-error there is no such method
sandbox.inject({ fault: "slow", method: "HEAD" });
sandbox.inject({ fault: "slow", operation: "keys.create" });
// @ts-expect-error an operation is told by its name
sandbox.inject({ fault: "slow", operation: 1 });
// @ts-expect-error a path is a string
sandbox.inject({ fault: "slow", path: 1 });

same<ReturnType<typeof Sandbox.faults>, { name: SandboxFault; description: string }[]>();
Sandbox.faults();
// @ts-expect-error it takes nothing
Sandbox.faults("slow");

const state = sandbox.state();
same<typeof state, SandboxState>();
same<typeof state.now, number>();
same<typeof state.organization, Organization>();
same<typeof state.services, Service[]>();
same<typeof state.resources, { readonly [resource: string]: object[] }>();
same<typeof state.others, { organization: Organization; services: Service[]; resources: { readonly [resource: string]: object[] } }[]>();
// @ts-expect-error there are no keys to see
state.keys;
// @ts-expect-error it takes nothing
sandbox.state(1);

const snapshot = sandbox.snapshot();
same<typeof snapshot, SandboxSnapshot>();
same<typeof snapshot.snapshot, number>();
sandbox.restore(snapshot);
// @ts-expect-error a snapshot is no text
sandbox.restore(JSON.stringify(snapshot));
// @ts-expect-error it takes nothing
sandbox.snapshot(1);

for (const entry of sandbox.ledger()) {
  same<typeof entry, LedgerEntry>();
  same<typeof entry.at, number>();
  same<typeof entry.method, string>();
  same<typeof entry.path, string>();
  same<typeof entry.status, number>();
  same<typeof entry.operation, string | undefined>();
  same<typeof entry.change, string | undefined>();
  same<typeof entry.fault, SandboxFault | undefined>();
  same<typeof entry.body, object | undefined>();
  // @ts-expect-error answers are not kept
  entry.answer;
}
// @ts-expect-error it takes nothing
sandbox.ledger(1);

const right = sandbox.verifyPassword("id", "password");
same<typeof right, boolean>();
// @ts-expect-error of which service?
sandbox.verifyPassword("password");

sandbox.free();
sandbox[Symbol.dispose]();
// @ts-expect-error it takes nothing
sandbox.free(1);
// @ts-expect-error it takes nothing
sandbox[Symbol.dispose](1);
