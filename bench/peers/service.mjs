// @ts-check
// The call of the benchmarks, `services.get`: its response.

export const id = "0c7ba33b-3057-4ab0-8ebd-000000000001";
/** A service as the API sends it. */
export const service = {
  id,
  name: "events",
  provider: "aws",
  region: "eu-west-1",
  state: "running",
  endpoints: [{ protocol: "https", host: "abcdefg.eu-west-1.aws.clickhouse.cloud", port: 8443, username: "default" }],
  minReplicaMemoryGb: 16,
  maxReplicaMemoryGb: 120,
  numReplicas: 3,
  idleScaling: true,
  idleTimeoutMinutes: 15,
  ipAccessList: [{ source: "203.0.113.0/24", description: "office" }],
  createdAt: "2026-08-01T12:34:56Z",
  releaseChannel: "default",
  tags: [{ key: "team", value: "analytics" }],
};
export const body = JSON.stringify({ status: 200, requestId: id, result: service });
export const headers = { "content-type": "application/json" };
