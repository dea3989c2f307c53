import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
console.log(JSON.stringify(await journey(library, JSON.parse(process.env.SANDBOX))));
