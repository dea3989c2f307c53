// Waits for a service with a progress bar in a terminal, and with plain lines in a pipe or a file.
//
// Without an account, start a ClickHouse Cloud in memory and copy the lines that it prints into another shell:
//
//     npx clickhouse-cloud sandbox --time-scale 20
//     node progress-bar.mjs                   # creates a service and waits until it runs
//     node progress-bar.mjs SERVICE_ID        # starts or wakes this one, or goes on waiting
//
// With one, set CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET to a key of yours. A service costs real money.
import { CloudClient, WaitError } from "clickhouse-cloud";

/** How long it usually takes. Nobody knows: three quarters of the bar are full then, and only the end fills it. */
const USUAL_MS = 120_000;

const cloud = new CloudClient(); // from the environment
const [id = await create()] = process.argv.slice(2);
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

const display = process.stdout.isTTY ? bar(process.stdout) : lines();
try {
  const { signal } = interrupted;
  await cloud.services.ensureRunning(id, { start: true, signal, onProgress: (progress) => display.show(progress) });
  display.end(true);
} catch (error) {
  display.end(false);
  const ended = error instanceof WaitError; // too late, failed, or gone: the message says which
  if (!ended && !interrupted.signal.aborted) throw error;
  console.error(ended ? error.message : `it goes on without us; to watch it again: node progress-bar.mjs ${id}`);
  process.exitCode = ended ? 1 : 130;
}

async function create() {
  // The password is not kept: services.setPassword gives the service one when it runs.
  const { service } = await cloud.services.create({ name: "progress-bar", provider: "aws", region: "eu-west-1", ipAccessList: [] });
  console.log(`created ${service.id}`);
  return service.id;
}

/** A line for each state. */
function lines() {
  return {
    show({ state, previousState, elapsedMs, attempt }) {
      if (attempt === 1 || previousState !== undefined) console.log(`${clock(elapsedMs)} ${state}`);
    },
    end() {},
  };
}

/** One line, drawn again and again. The service is asked every few seconds; the bar moves in between, too. */
function bar(terminal) {
  const began = Date.now();
  let state = "asking";
  const draw = (full) => {
    const elapsedMs = Date.now() - began;
    const words = ` ${clock(elapsedMs)} ${state}`;
    const width = Math.max(0, Math.min(40, (terminal.columns || 80) - words.length - 1));
    const filled = full ? width : Math.floor(width * (1 - 0.25 ** (elapsedMs / USUAL_MS)));
    terminal.write(`\r\x1b[K${"█".repeat(filled)}${"░".repeat(width - filled)}${words}`);
  };
  const timer = setInterval(draw, 100, false);
  return {
    show(progress) {
      state = progress.state;
      draw(false);
    },
    end(full) {
      clearInterval(timer);
      draw(full);
      terminal.write("\n");
    },
  };
}

/** 75,000 ms are 1:15. */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
