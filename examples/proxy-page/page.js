// The page: the client as it is everywhere, but for the key, which it does not have.
import { CloudClient } from "clickhouse-cloud";

const cloud = new CloudClient({ baseUrl: "/api/clickhouse" });
const [form, output, list] = ["form", "output", "ul"].map((name) => document.querySelector(name));

function row(service) {
  const item = document.createElement("li");
  const remove = document.createElement("button");
  const show = ({ state }) => item.replaceChildren(`${service.name}: ${state} `, remove);
  remove.textContent = "Delete";
  remove.onclick = () =>
    told(async () => {
      remove.disabled = true;
      await cloud.services.stopAndDelete(service.id, { onProgress: show });
      item.remove();
    });
  list.append(item);
  show(service);
  return show;
}

/** Runs an action, and shows its error. */
async function told(run) {
  try {
    await run();
  } catch (error) {
    output.textContent = error.message;
  }
}

form.onsubmit = (event) => {
  event.preventDefault();
  return told(async () => {
    const name = new FormData(form).get("name");
    const { service, password } = await cloud.services.create({ name, provider: "aws", region: "eu-west-1", ipAccessList: [] });
    output.textContent = `The password of ${name}, shown only now: ${password}`;
    const show = row(service);
    show(await cloud.services.waitFor(service.id, "running", { onProgress: show }));
  });
};

await told(async () => (await cloud.services.list()).forEach(row));
