const common = { transform: {} };

module.exports = {
  projects: [
    { ...common, displayName: "node", testEnvironment: "node" },
    { ...common, displayName: "jsdom", testEnvironment: "./jsdom.js" },
    { ...common, displayName: "edge", testEnvironment: "@edge-runtime/jest-environment" },
  ],
};
