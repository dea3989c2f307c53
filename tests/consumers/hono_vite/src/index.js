import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { Hono } from "hono";
import { journey } from "../journey.mjs";

const app = new Hono();
app.get("/", async (context) =>
  context.json(await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, JSON.parse(context.env.SANDBOX))),
);
export default app;
