import { expect, test } from "bun:test";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

const cloud = new CloudClient(new Sandbox({ timeScale: 1_000 }).clientOptions);

test("a call that is returned", () => cloud.services.list(), 5_000);

test("a call that is expected", async () => {
  await expect(cloud.services.list()).resolves.toEqual([]);
  await expect(cloud.services.get("no id")).rejects.toThrow("no id");
}, 5_000);
