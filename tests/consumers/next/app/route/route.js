import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "../../journey.mjs";

export const dynamic = "force-dynamic";

export async function GET() {
  const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
  return Response.json(await journey(library, JSON.parse(process.env.SANDBOX)));
}
