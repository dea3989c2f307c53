// jsdom has neither fetch nor what belongs to it: projects lend it those of Node.
const { TestEnvironment } = require("jest-environment-jsdom");

module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    Object.assign(this.global, { fetch, Headers, Request, Response, TextDecoder, TextEncoder, Uint8Array });
  }
};
