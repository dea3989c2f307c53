// The settings of a service, as a draft: it follows the server, and only what was changed is sent.
import type { Service, Tag } from "clickhouse-cloud";
import { useEffect, useState } from "preact/hooks";
import { Prose } from "../../forms/texts.tsx";
import { mutation } from "../../store/mutations.ts";
import { saveSettings, settingsBody, settingsDraft, settingsKey, settingsOf, tagsDraft } from "../../store/service.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Conflicts, Mark, SaveBar } from "./draft-bar.tsx";
import { check, issueAt, type Package, useBody, usePackage } from "./package.ts";

const names = { name: "The name", releaseChannel: "The release channel", enableCoreDumps: "Core dumps", mysql: "The MySQL interface" };

export function Settings({ service }: { service: Service }) {
  const loaded = usePackage();
  const body = useBody("services.update");
  const fields = settingsDraft(service);
  const tags = tagsDraft(service);
  useEffect(() => {
    fields.rebase(settingsOf(service));
    tags.rebase(service.tags ?? []);
  }, [service]);
  const values = fields.values.value;
  const isChanged = fields.isChanged.value || tags.isChanged.value;
  const issues = isChanged ? check(loaded, "UpdateServiceBody", settingsBody(service)) : [];
  const channel = body?.("releaseChannel");
  const channels = new Set([values.releaseChannel, ...(channel?.kind === "choice" ? channel.options.map(String) : [])].filter(Boolean));
  const busy = mutation(settingsKey(service.id)).value?.status === "running";
  return (
    <form
      class="card part-form"
      aria-label="Settings"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && issues.length === 0 && !busy) void saveSettings(service);
      }}
    >
      <Field label="Name" error={issueAt(issues, "name")}>
        {(tied) => (
          <input
            {...tied}
            dir="auto"
            autoComplete="off"
            value={values.name}
            onInput={(event) => fields.set("name", event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Release channel" help={channel?.help ? <Prose text={channel.help} /> : "…"} error={issueAt(issues, "releaseChannel")}>
        {(tied) => (
          <select {...tied} value={values.releaseChannel} onChange={(event) => fields.set("releaseChannel", event.currentTarget.value)}>
            {[...channels].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </Field>
      <label class="check">
        <input type="checkbox" checked={values.mysql} onChange={(event) => fields.set("mysql", event.currentTarget.checked)} />
        Open the MySQL interface
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={values.enableCoreDumps}
          onChange={(event) => fields.set("enableCoreDumps", event.currentTarget.checked)}
        />
        Collect a core dump when the server crashes
      </label>
      <Tags service={service} loaded={loaded} />
      <Conflicts of={fields} names={names} />
      <SaveBar
        of={settingsKey(service.id)}
        act="Save"
        isChanged={isChanged}
        refusal={issues.length > 0 ? "First mend the values that are marked" : undefined}
        onReset={() => {
          fields.reset();
          tags.reset();
        }}
      />
    </form>
  );
}

const textOf = ({ key, value }: Tag) => (value === undefined ? key : `${key}: ${value}`);

function Tags({ service, loaded }: { service: Service; loaded: Package | undefined }) {
  const tags = tagsDraft(service);
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const tag: Tag = { key, ...(value !== "" && { value }) };
  const issues = key === "" && value === "" ? [] : check(loaded, "Tag", tag);
  const isReady = key !== "" && issues.length === 0;
  const add = () => {
    if (!isReady) return;
    tags.add(tag);
    setKey("");
    setValue("");
  };
  const onEnter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    // It adds the tag; it does not save the form.
    event.preventDefault();
    add();
  };
  return (
    <fieldset class="tags-editor">
      <legend>Tags</legend>
      {tags.entries.value.length === 0 && <p class="soft">No tags.</p>}
      <ul class="entries">
        {tags.entries.value.map(({ entry, state }) => (
          <li key={`${entry.key}=${entry.value}`} class={state}>
            <bdi>{textOf(entry)}</bdi>
            <Mark state={state} />
            {state === "same" ? (
              <Button kind="plain" label={`Remove the tag ${textOf(entry)}`} onClick={() => tags.remove(entry)}>
                Remove
              </Button>
            ) : (
              <Button kind="plain" label={`Undo: ${textOf(entry)}`} onClick={() => tags.undo(entry)}>
                Undo
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div class="entry-new">
        <Field label="Key" error={issueAt(issues, "key")}>
          {(tied) => <input {...tied} dir="auto" value={key} onKeyDown={onEnter} onInput={(event) => setKey(event.currentTarget.value)} />}
        </Field>
        <Field label="Value" optional error={issueAt(issues, "value")}>
          {(tied) => (
            <input {...tied} dir="auto" value={value} onKeyDown={onEnter} onInput={(event) => setValue(event.currentTarget.value)} />
          )}
        </Field>
        <Button icon="plus" disabledBecause={isReady ? undefined : "Enter a key first"} onClick={add}>
          Add tag
        </Button>
      </div>
    </fieldset>
  );
}
