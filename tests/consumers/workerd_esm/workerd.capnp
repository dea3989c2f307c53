using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # The sandbox is on this machine.
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    (name = "client_bg.wasm", wasm = embed "dist/client_bg.wasm"),
  ],
  bindings = [(name = "SANDBOX", json = embed "sandbox.json")],
  compatibilityDate = "2026-10-01",
);
