// Any operation by its route, sent and unsent; and the requests that are built.
import {
  CloudClient,
  type Backup,
  type BuiltRequest,
  type CreateServiceResult,
  type Organization,
  type RouteParameters,
  type Routes,
  type Service,
  type UpdateServicePasswordResult,
} from "clickhouse-cloud";

const cloud = new CloudClient();
const serviceId = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
const backupId = serviceId;
const organizationId = serviceId;
const headers = { "x-trace": "1" };

export async function requests() {
  same<Awaited<ReturnType<typeof list>>, Organization[]>();
  const list = () => cloud.request("GET /v1/organizations");
  await cloud.request("GET /v1/organizations", {}, { headers });
  await cloud.request("GET /v1/organizations", undefined, { headers });
  // @ts-expect-error it takes no body
  await cloud.request("GET /v1/organizations", { body: {} });
  // @ts-expect-error there is no such operation
  await cloud.request("GET /v1/nowhere");

  const organization = await cloud.request("GET /v1/organizations/{organizationId}", { path: { organizationId } });
  same<typeof organization, Organization>();
  // @ts-expect-error here the organization is what the call is about
  await cloud.request("GET /v1/organizations/{organizationId}", { path: {} });

  const services = await cloud.request("GET /v1/organizations/{organizationId}/services", {
    path: { organizationId: undefined },
    query: { filter: ["tag:env=test"] as const },
  });
  same<typeof services, Service[]>();
  await cloud.request("GET /v1/organizations/{organizationId}/services");
  // @ts-expect-error there is no such parameter
  await cloud.request("GET /v1/organizations/{organizationId}/services", { query: { filters: [] } });

  const body = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] } as const;
  const made = await cloud.request("POST /v1/organizations/{organizationId}/services", { body });
  same<typeof made, CreateServiceResult>();
  // @ts-expect-error a body is needed
  await cloud.request("POST /v1/organizations/{organizationId}/services");
  // @ts-expect-error a provider is missing
  await cloud.request("POST /v1/organizations/{organizationId}/services", { body: { name: "events" } });

  const service = await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId } });
  same<typeof service, Service>();
  // @ts-expect-error which service?
  await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}", {});

  const renamed = await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}", {
    path: { serviceId },
    body: { name: "clicks" },
  });
  same<typeof renamed, Service>();
  // @ts-expect-error what is to change?
  await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId } });

  const gone = await cloud.request("DELETE /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId } });
  same<typeof gone, void>();
  // @ts-expect-error a deletion has no body
  await cloud.request("DELETE /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId }, body: {} });

  const started = await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/state", {
    path: { serviceId },
    body: { command: "start" },
  });
  same<typeof started, Service>();
  const restart = { path: { serviceId }, body: { command: "restart" } } as const;
  // @ts-expect-error there is no such command
  await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/state", restart);

  const scaled = await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/scaling", {
    path: { serviceId },
    body: { maxTotalMemoryGb: 48 },
  });
  same<typeof scaled, Service>();
  // @ts-expect-error which service, and what is to change?
  await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/scaling");

  const replicas = await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/replicaScaling", {
    path: { serviceId },
    body: { numReplicas: 3 },
  });
  same<typeof replicas, Service>();
  // @ts-expect-error which service, and what is to change?
  await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/replicaScaling");

  const password = await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/password", {
    path: { serviceId },
    body: {},
  });
  same<typeof password, UpdateServicePasswordResult>();
  const plain = { path: { serviceId }, body: { password: "secret" } };
  // @ts-expect-error a password itself is never sent
  await cloud.request("PATCH /v1/organizations/{organizationId}/services/{serviceId}/password", plain);

  const backups = await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}/backups", { path: { serviceId } });
  same<typeof backups, Backup[]>();
  // @ts-expect-error of which service?
  await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}/backups");

  const backup = await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}/backups/{backupId}", {
    path: { serviceId, backupId },
  });
  same<typeof backup, Backup>();
  // @ts-expect-error which backup?
  await cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}/backups/{backupId}", { path: { serviceId } });

  const { data, requestId } = await cloud.request("GET /v1/organizations").withResponse();
  same<typeof data, Organization[]>();
  same<typeof requestId, string | undefined>();
}

export function built() {
  const built = cloud.buildRequest("PATCH /v1/organizations/{organizationId}/services/{serviceId}/state", {
    path: { serviceId },
    body: { command: "stop" },
  });
  same<typeof built, BuiltRequest>();
  same<typeof built.method, string>();
  same<typeof built.url, string>();
  same<typeof built.headers, Record<string, string>>();
  same<typeof built.body, string | undefined>();
  same<ReturnType<typeof built.toCurl>, string>();
  same<ReturnType<typeof built.toJSON>, { method: string; url: string }>();
  built.toCurl();
  built.toJSON();
  // @ts-expect-error it is made by the client alone
  new (null! as typeof BuiltRequest)({});
  // @ts-expect-error what was built is not changed
  built.url = "";
  // @ts-expect-error there is no such operation
  cloud.buildRequest("GET /v1/nowhere");
  // @ts-expect-error a command is needed
  cloud.buildRequest("PATCH /v1/organizations/{organizationId}/services/{serviceId}/state", { path: { serviceId }, body: {} });
  // @ts-expect-error it takes nothing
  built.toJSON("body");
  // @ts-expect-error it takes no shell
  built.toCurl("bash");
  return fetch(built.url, built);
}

// The table of routes, and a function over it.
type List = Routes["GET /v1/organizations/{organizationId}/services"];
same<List["result"], Service[]>();
export const path: List["path"] = {};
export const each = <R extends keyof Routes>(route: R, ...rest: RouteParameters<R>): Promise<Routes[R]["result"]> =>
  cloud.request(route, ...rest);
// @ts-expect-error there is no such operation
export type Nowhere = Routes["GET /v1/nowhere"];
