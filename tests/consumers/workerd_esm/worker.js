import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/list") {
      return Response.json(await new CloudClient(env.SANDBOX).services.list());
    }
    return Response.json(await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, env.SANDBOX));
  },
};
