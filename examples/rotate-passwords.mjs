// New passwords for all services, into a file that only you can read. They are made and hashed here: only the hash
// is sent, and only the names of the services are printed.
//
// Without an account, start a ClickHouse Cloud in memory and copy the lines that it prints into another shell:
//
//     npx clickhouse-cloud sandbox --time-scale 20
//     node progress-bar.mjs                         # a service to try it with; as often as you like
//     node rotate-passwords.mjs passwords.json
//
// With one, set CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET to a key of yours.
//
// A password is in the file before it is set, so none is lost however the program ends. Started again with the same
// file it goes on where it was; the next rotation takes another file.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { CloudClient, CloudError, generatePassword } from "clickhouse-cloud";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("Usage: node rotate-passwords.mjs FILE");
  process.exit(2);
}

const cloud = new CloudClient(); // from the environment

/** By the service's id: its name, its new password, and whether that is set. */
const passwords = existsSync(file) ? load() : {};

const services = await cloud.services.list();
for (const { id, name } of services) passwords[id] ??= { name, password: generatePassword(), set: false };
save();

// All at once: the client keeps the rate limit, and one list serves all that wait.
const open = services.filter(({ id }) => !passwords[id].set);
const done = (await Promise.all(open.map(({ id }) => rotate(id)))).filter(Boolean).length;
console.log(`${done} set, ${open.length - done} not`);
if (done < open.length) {
  console.log(`start this again with ${file}`);
  process.exitCode = 1;
}

/** Sets a new password. The same one set twice does no harm, so an ambiguous error just counts as not done. */
async function rotate(id) {
  const { name, password } = passwords[id];
  try {
    // A password is changed only on a service that runs. An idle one is woken; a stopped one stays as it is.
    await cloud.services.ensureRunning(id);
    await cloud.services.setPassword(id, password);
  } catch (error) {
    if (!CloudError.is(error)) throw error;
    console.error(`${name}: ${error.message}`); // an error's text never holds a secret
    return false;
  }
  passwords[id].set = true;
  save();
  console.log(`${name}: set`);
  return true;
}

function load() {
  try {
    const read = JSON.parse(readFileSync(file, "utf8"));
    if (Object.values(read).every(({ password }) => typeof password === "string")) return read;
  } catch {
    // The message of JSON.parse quotes the file: it is not shown.
  }
  console.error(`${file} is no file of this program`);
  process.exit(2);
}

/** In one step, so that the file is whole at any moment. */
function save() {
  const next = `${file}.next`;
  rmSync(next, { force: true });
  writeFileSync(next, JSON.stringify(passwords, null, 2), { mode: 0o600, flag: "wx" });
  renameSync(next, file);
}
