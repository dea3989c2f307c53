// The form for a new key.
import { useState } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { isRunning } from "../../store/mutations.ts";
import { createKey, newKey, roles } from "../../store/organization.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";

const DAY_MS = 86_400_000;
const lifetimes = [7, 30, 90, 365];

export function NewKey() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>();
  const [days, setDays] = useState("");
  const [missing, setMissing] = useState<string>();

  const create = async (roleId: string) => {
    if (name.trim() === "") return setMissing("Give it a name that can be seen.");
    const expireAt = days === "" ? {} : { expireAt: new Date(now() + Number(days) * DAY_MS).toISOString() };
    if (await createKey({ name: name.trim(), assignedRoleIds: [roleId], ...expireAt })) {
      setOpen(false);
      setName("");
    }
  };

  if (!open) {
    return (
      <div class="actions">
        <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
          New key
        </Button>
      </div>
    );
  }
  return (
    <Loaded of={roles} loading="Loading the roles">
      {(list) => {
        const chosen = role ?? list.find(({ name }) => name !== "Admin")?.id ?? list[0]?.id ?? "";
        return (
          <form
            class="card fields"
            aria-label="New key"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void create(chosen);
            }}
          >
            <Field label="Name" error={missing}>
              {(tied) => (
                <input
                  {...tied}
                  value={name}
                  autoComplete="off"
                  onInput={(event) => {
                    setName(event.currentTarget.value);
                    setMissing(undefined);
                  }}
                />
              )}
            </Field>
            <Field label="Role">
              {(tied) => (
                <select {...tied} value={chosen} onChange={(event) => setRole(event.currentTarget.value)}>
                  {list.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label="Expires">
              {(tied) => (
                <select {...tied} value={days} onChange={(event) => setDays(event.currentTarget.value)}>
                  <option value="">never</option>
                  {lifetimes.map((count) => (
                    <option key={count} value={count}>
                      in {count} days
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <MutationNotice of={newKey} />
            <div class="actions">
              <Button type="submit" kind="primary" busy={isRunning(newKey)}>
                Create key
              </Button>
              <Button onClick={() => setOpen(false)}>Cancel</Button>
            </div>
          </form>
        );
      }}
    </Loaded>
  );
}
