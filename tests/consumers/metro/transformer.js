// What React Native's own transformer does: Babel with its preset.
const { transformSync } = require("@babel/core");

exports.transform = ({ filename, src, options }) => {
  const { ast } = transformSync(src, {
    filename,
    ast: true,
    code: false,
    sourceType: "unambiguous",
    caller: { name: "metro", platform: options.platform },
  });
  return { ast };
};
