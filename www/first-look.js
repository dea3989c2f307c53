// @ts-check
// A module with the services of the sandbox at its start, made at build time: the page shows them until the sandbox has loaded.
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { SANDBOX } from "./src/backend/defaults.ts";

const NAME = "virtual:first-look";

/** @returns {import("vite").Plugin} */
export const firstLook = () => ({
  name: "first-look",
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  async load(id) {
    if (id !== `\0${NAME}`) return undefined;
    const sandbox = new Sandbox({ ...SANDBOX, latencyMs: 0, timeScale: 0.001 });
    const services = await new CloudClient(sandbox.clientOptions).services.list();
    // The list shows these; the rest comes with the first response.
    const list = services.map(
      ({ id, name, state, provider, region, createdAt, minReplicaMemoryGb, maxReplicaMemoryGb, numReplicas, tags }) => ({
        ...{ id, name, state, provider, region, createdAt, minReplicaMemoryGb, maxReplicaMemoryGb, numReplicas, tags },
      }),
    );
    return `export const at = ${sandbox.state().now}; export const services = ${JSON.stringify(list)};`;
  },
});
