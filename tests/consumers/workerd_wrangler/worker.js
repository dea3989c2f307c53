import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

export default {
  async fetch(request, env) {
    return Response.json(await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, JSON.parse(env.SANDBOX)));
  },
};
