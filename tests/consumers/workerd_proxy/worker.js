import { createProxy } from "clickhouse-cloud/proxy";

let proxy;

export default {
  fetch(request, env) {
    proxy ??= createProxy({ ...env.SANDBOX, allow: ["services.list", "services.create", "services.get"], authorize: () => true });
    return proxy(request);
  },
};
