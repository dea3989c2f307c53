// Names for everything: the resources, their queries, and the options of helpers. tests/package/names.test.mjs has the rule.
import {
  type ActivitiesResource,
  type BackupsBucketResource,
  type BackupsConfigurationResource,
  type ByocResource,
  type CallOptions,
  type ClickPipesCdcScalingResource,
  type ClickPipesResource,
  type ClickPipesReversePrivateEndpointsResource,
  type ClickPipesSettingsResource,
  type ClickStackAlertsResource,
  type ClickStackDashboardsResource,
  type ClickStackResource,
  type ClickStackRolesResource,
  type ClickStackSavedSearchesResource,
  type ClickStackSourcesResource,
  type ClickStackWebhooksResource,
  CloudClient,
  type CloudPromise,
  type CreateAndWaitOptions,
  type CreateServiceBody,
  type EnsureRunningOptions,
  type InvitationsResource,
  type KeysResource,
  type MembersResource,
  type Operations,
  type PostgresConfigResource,
  type PostgresResource,
  type PostgresSlowQueryPatternsResource,
  type QuotasResource,
  type RolesResource,
  type RotateOptions,
  type Routes,
  type Service,
  type ServicesListQuery,
  type ServicesPrivateEndpointsResource,
  type ServicesQueryEndpointResource,
  type ServicesResource,
  type ServicesScalingScheduleResource,
  type ServicesSettingsResource,
  type ServicesUpgradeWindowResource,
  type UdfDefinition,
  type UdfsAttachmentsResource,
  type UdfsResource,
  type UdfsVersionsResource,
  type UsageCostGetQuery,
  type UsageCostResource,
  type WaitOptions,
} from "clickhouse-cloud";

const cloud = new CloudClient();
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";

// A program that takes what it needs, and no more.
export interface Needs {
  activities: ActivitiesResource;
  byoc: ByocResource;
  invitations: InvitationsResource;
  keys: KeysResource;
  members: MembersResource;
  quotas: QuotasResource;
  roles: RolesResource;
  usageCost: UsageCostResource;
  backups: { bucket: BackupsBucketResource; configuration: BackupsConfigurationResource };
  clickPipes: {
    cdcScaling: ClickPipesCdcScalingResource;
    reversePrivateEndpoints: ClickPipesReversePrivateEndpointsResource;
    settings: ClickPipesSettingsResource;
  };
  clickStack: {
    alerts: ClickStackAlertsResource;
    dashboards: ClickStackDashboardsResource;
    roles: ClickStackRolesResource;
    savedSearches: ClickStackSavedSearchesResource;
    sources: ClickStackSourcesResource;
    webhooks: ClickStackWebhooksResource;
  };
  postgres: { config: PostgresConfigResource; slowQueryPatterns: PostgresSlowQueryPatternsResource };
  services: {
    privateEndpoints: ServicesPrivateEndpointsResource;
    queryEndpoint: ServicesQueryEndpointResource;
    scalingSchedule: ServicesScalingScheduleResource;
    settings: ServicesSettingsResource;
    upgradeWindow: ServicesUpgradeWindowResource;
  };
  udfs: { attachments: UdfsAttachmentsResource; versions: UdfsVersionsResource };
}
export const needs: Needs = cloud;
const pipes: ClickPipesResource = cloud.clickPipes;
const postgres: PostgresResource = cloud.postgres;
const udfs: UdfsResource = cloud.udfs;
export const stack: ClickStackResource = cloud.clickStack;
export const services: ServicesResource = cloud.services;
// @ts-expect-error another resource
export const wrong: KeysResource = cloud.clickPipes;

export const query: ServicesListQuery = { filter: ["tag:env=test"] };
// @ts-expect-error a filter is a list
export const wrongQuery: ServicesListQuery = { filter: "tag:env=test" };
export const range: UsageCostGetQuery = { from_date: "2026-01-01", to_date: "2026-01-31" };

// An operation by its name, as by its route.
same<Operations["services.create"]["body"], CreateServiceBody>();
same<Operations["services.list"]["result"], Service[]>();
same<Operations["services.list"], Routes["GET /v1/organizations/{organizationId}/services"]>();
// @ts-expect-error there is no such operation
export type None = Operations["services.restart"];

// A wrapper with options of its own.
export const create = (body: CreateServiceBody, options?: CreateAndWaitOptions) => cloud.services.createAndWait(body, options);
export const wake = (options: EnsureRunningOptions): Promise<Service> => cloud.services.ensureRunning(id, options);
export const rotate = (options: RotateOptions) => cloud.keys.rotate(id, { ...options, deleteOld: true });
const wait: WaitOptions = { timeoutMs: 1 };
const call: CallOptions = { timeoutMs: 1 };
export const options: [CreateAndWaitOptions, EnsureRunningOptions, RotateOptions] = [wait, wait, call];
// @ts-expect-error the wait's options have an interval
export const noWait: RotateOptions = { pollIntervalMs: 1 };
export const definition: UdfDefinition = { type: "executable", runtime: "native", arguments: [], returnType: "String" };
// @ts-expect-error the upload is made by the client
export const uploaded: UdfDefinition = { type: "executable", runtime: "native", arguments: [], returnType: "String", uploadId: id };

export async function helpers() {
  await pipes.stop(id, id, call);
  // @ts-expect-error of which service?
  await pipes.stop(id);
  await pipes.resync(id, id);
  // @ts-expect-error a call does not wait
  await pipes.resync(id, id, { pollIntervalMs: 1 });
  // @ts-expect-error which pipe?
  await pipes.start(id);
  await postgres.promote(id);
  // @ts-expect-error which one?
  await postgres.promote();
  await postgres.switchover(id);
  // @ts-expect-error an id is a string
  await postgres.switchover(1);
  // @ts-expect-error which one?
  await postgres.restart();
  await udfs.waitFor("area", "ready");
  // @ts-expect-error which function?
  await udfs.waitFor();
  await udfs.attachments.waitFor("area", id, ["deployed", "standby"], wait);
  // @ts-expect-error on which service?
  await udfs.attachments.waitFor("area");
  await pipes.reversePrivateEndpoints.waitFor(id, id, "Ready");
  // @ts-expect-error which one?
  await pipes.reversePrivateEndpoints.waitFor(id);
  await needs.byoc.waitFor(id, "infra-ready", wait);
  // @ts-expect-error which one?
  await needs.byoc.waitFor();
}

/** What a method gives has a name, too. */
export const list = (): CloudPromise<Service[]> => cloud.services.list(query);
