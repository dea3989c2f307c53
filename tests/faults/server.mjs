// @ts-check
// A server with faults on the wire. It speaks TCP, so that it can break every rule of HTTP. Each test has a cell, named by the first
// segment of the path: a cell applies its fault a given number of times, then returns good responses.
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * @typedef {object} Request
 * @property {string} head
 * @property {string} body
 *
 * @typedef {object} Cell
 * @property {string} url the base address of its client
 * @property {number} left how often the fault is still met
 * @property {Fault} fault
 * @property {Answer} good
 * @property {Request[]} requests
 * @property {() => void} hangs called when an answer will never end
 *
 * @typedef {object} Answer
 * @property {string} body
 * @property {string[]} [headers]
 *
 * @typedef {(to: { socket: import("node:net").Socket, good: Answer, cell: Cell, request: Request }) => void} Fault
 */

/**
 * A whole response as it goes over the wire.
 *
 * @param {string} status
 * @param {string | Uint8Array} [body]
 * @param {string[]} [headers]
 */
export function http(status, body = "", headers = ["content-type: application/json"]) {
  const bytes = Buffer.from(body);
  const lines = [`HTTP/1.1 ${status}`, "connection: close", `content-length: ${bytes.length}`, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
}

/** Serves on a free port of this machine. */
export async function serve() {
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  /** @param {import("node:net").Socket} socket */
  const adopt = (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let received = "";
    socket.setEncoding("latin1").on("data", (text) => {
      received += text;
      // As other servers do when they are spoken to in TLS.
      if (!/^[A-Z]/.test(received)) return void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      const end = received.indexOf("\r\n\r\n");
      const length = Number(/^content-length: *(\d+)/im.exec(received)?.[1] ?? 0);
      if (end < 0 || received.length < end + 4 + length) return;
      const request = { head: received.slice(0, end), body: received.slice(end + 4) };
      received = "";
      const cell = cells.get(/^\S+ \/([^/]+)\//.exec(request.head)?.[1] ?? "");
      if (cell === undefined) return void socket.destroy();
      cell.requests.push(request);
      if (cell.left > 0) {
        cell.left -= 1;
        cell.fault({ socket, good: cell.good, cell, request });
      } else {
        socket.end(http("200 OK", cell.good.body));
      }
    });
  };
  const server = createServer(adopt);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port,
    sockets,
    adopt,
    /**
     * @param {Fault} fault
     * @param {Answer} good
     * @param {number} left
     * @returns {Cell}
     */
    cell(fault, good, left) {
      const name = `cell-${cells.size}`;
      const cell = { url: `http://127.0.0.1:${port}/${name}`, fault, good, left, requests: [], hangs: () => {} };
      cells.set(name, cell);
      return cell;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A port of this machine without a listener, until `listen` is called. */
export async function silent() {
  const reserved = createServer();
  reserved.listen(0, "127.0.0.1");
  await once(reserved, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (reserved.address());
  reserved.close();
  await once(reserved, "close");
  return port;
}
