// Deletion: the name is typed first. Its phases are shown in the service's picture and notice; the store goes on after a reload.
import type { Service } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { removeService } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";

export function Remove({ service, disabledBecause }: { service: Service; disabledBecause: string | undefined }) {
  const { id, name } = service;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const isSure = typed === name;
  const close = () => {
    setOpen(false);
    setTyped("");
  };
  return (
    <>
      <Button kind="danger" disabledBecause={disabledBecause} onClick={() => setOpen(true)}>
        Delete…
      </Button>
      <Dialog
        open={open}
        title={
          <>
            Delete <bdi>{name}</bdi>?
          </>
        }
        onClose={close}
      >
        <form
          class="dialog-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isSure) return;
            close();
            void removeService(id);
          }}
        >
          <p>The service is stopped, then deleted with its data and backups. There is no way back.</p>
          <Field
            label={
              <>
                Type its name, <bdi>{name}</bdi>
              </>
            }
          >
            {(tied) => (
              <input {...tied} dir="auto" autoComplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
            )}
          </Field>
          <div class="actions">
            <Button type="submit" kind="danger" disabledBecause={isSure ? undefined : "Type the name of the service first"}>
              Stop and delete
            </Button>
            <Button onClick={close}>Keep it</Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
