import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "../journey.mjs";

const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
export default defineEventHandler(() => journey(library, JSON.parse(process.env.SANDBOX)));
