import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

console.log(JSON.stringify(await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, JSON.parse(process.env.SANDBOX))));
