import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "../journey.mjs";

export default defineEventHandler(() => journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, SANDBOX));
