const { CloudClient, CloudError, ConfigurationError, hashPassword } = require("clickhouse-cloud");
const { Sandbox } = require("clickhouse-cloud/sandbox");
const { journey } = require("./journey.js");
const options = require("./options.json");

test("the journey", async () => {
  expect(new Sandbox().ledger()).toHaveLength(0);
  const answer = await journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, options);
  // What the consumer reads.
  console.log(`answer: ${JSON.stringify(answer)}`);
}, 60_000);
