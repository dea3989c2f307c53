const { CloudClient, CloudError, ConfigurationError, hashPassword } = require("clickhouse-cloud");

const library = { CloudClient, CloudError, ConfigurationError, hashPassword };
import("./journey.mjs").then(async ({ journey }) => {
  console.log(JSON.stringify(await journey(library, JSON.parse(process.env.SANDBOX))));
});
