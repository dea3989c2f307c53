/** @jest-environment jsdom */
// Without what the other test is lent: it loads, and says what is missing.
test("it loads in jsdom as it is", () => {
  const { CloudError, hashPassword } = require("clickhouse-cloud");
  const { Sandbox } = require("clickhouse-cloud/sandbox");
  const needs = typeof TextDecoder === "undefined" ? "no TextDecoder" : undefined;
  for (const use of [() => hashPassword("abc"), () => new Sandbox()]) {
    if (needs === undefined) use();
    else expect(use).toThrow(needs);
    if (needs !== undefined) expect(use).toThrow(CloudError);
  }
});
