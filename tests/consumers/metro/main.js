import { CloudClient, CloudError, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { journey } from "./journey.mjs";

globalThis.library = { CloudClient, CloudError, ConfigurationError, hashPassword, journey };
