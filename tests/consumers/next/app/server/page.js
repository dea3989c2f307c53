import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { connection } from "next/server";
import { journey } from "../../journey.mjs";

export default async function Page() {
  // At the request, not when the application is built.
  await connection();
  const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
  const answer = await journey(library, JSON.parse(process.env.SANDBOX));
  return <script dangerouslySetInnerHTML={{ __html: `globalThis.answer = ${JSON.stringify(answer)}` }} />;
}
