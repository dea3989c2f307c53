// The access list: entries are added and removed on a draft, and only those are sent. What others add meanwhile stays.
import type { IpAccessListEntry, Service } from "clickhouse-cloud";
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../forms/loaded.ts";
import { backend } from "../../store/cloud.ts";
import { mutation } from "../../store/mutations.ts";
import { accessDraft, accessKey, saveAccess } from "../../store/service.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Field } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { plural } from "../../ui/text.ts";
import { Mark, SaveBar } from "./draft-bar.tsx";
import { check, issueAt, type Package, usePackage } from "./package.ts";

/** An address of the block for documentation: no page knows its own address. */
const EXAMPLE: IpAccessListEntry = { source: "203.0.113.7", description: "my address (an example)" };
const ANYWHERE: readonly IpAccessListEntry[] = [
  { source: "0.0.0.0/0", description: "anywhere" },
  { source: "::/0", description: "anywhere" },
];
const isAnywhere = ({ source }: IpAccessListEntry) => /\/0+$/.test(source);

export function Access({ service }: { service: Service }) {
  const loaded = usePackage();
  const list = accessDraft(service);
  useEffect(() => list.rebase(service.ipAccessList ?? []), [service]);
  const entries = list.entries.value;
  const left = entries.filter(({ state }) => state !== "removed");
  const isOpen = left.some(({ entry }) => isAnywhere(entry));
  const key = accessKey(service.id);
  const busy = mutation(key).value?.status === "running";
  return (
    <>
      <form
        class="card part-form"
        aria-label="Access list"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (list.isChanged.value && !busy) void saveAccess(service);
        }}
      >
        <p class="soft">Only these addresses can connect to the service. Changes apply when you save them.</p>
        {isOpen && (
          <Notice tone="busy" title="Everybody on the Internet can try to connect.">
            <p>Only the password protects the service then. Remove the entry when it is not needed any more.</p>
          </Notice>
        )}
        {left.length === 0 && <Empty title="Nobody can connect: no address is in the list." />}
        {entries.length > 0 && (
          <ul class="entries" aria-label="Addresses">
            {entries.map(({ entry, state }) => (
              <li key={entry.source} class={state}>
                <code>{entry.source}</code>
                {entry.description && (
                  <span class="soft">
                    <bdi>{entry.description}</bdi>
                  </span>
                )}
                <Mark state={state} />
                {state === "same" ? (
                  <Button kind="plain" label={`Remove ${entry.source}`} onClick={() => list.remove(entry)}>
                    Remove
                  </Button>
                ) : (
                  <Button kind="plain" label={`Undo: ${entry.source}`} onClick={() => list.undo(entry)}>
                    Undo
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        <SaveBar of={key} act="Save the list" isChanged={list.isChanged.value} onReset={() => list.reset()} />
      </form>
      <Additions loaded={loaded} has={(source) => left.some(({ entry }) => entry.source === source)} add={(entry) => list.add(entry)} />
    </>
  );
}

interface AdditionsProps {
  readonly loaded: Package | undefined;
  readonly has: (source: string) => boolean;
  readonly add: (entry: IpAccessListEntry) => void;
}

const loadBackend = () => backend;

function Additions({ loaded, has, add }: AdditionsProps) {
  const kind = useLoaded(loadBackend).data?.kind;
  return (
    <section class="card part-form" aria-labelledby="additions">
      <h2 id="additions">Add addresses</h2>
      <One loaded={loaded} has={has} add={add} />
      <div class="actions">
        {kind === "sandbox" && (
          <Button disabledBecause={has(EXAMPLE.source) ? "It is in the list" : undefined} onClick={() => add(EXAMPLE)}>
            Add my address
          </Button>
        )}
        <Button
          kind="danger"
          disabledBecause={ANYWHERE.every(({ source }) => has(source)) ? "It is in the list" : undefined}
          onClick={() => {
            for (const entry of ANYWHERE) if (!has(entry.source)) add(entry);
          }}
        >
          Add anywhere
        </Button>
      </div>
      <p class="help">
        {kind === "sandbox"
          ? "This page sends nothing to the Internet, so it cannot learn your address: an example stands for it."
          : "This page sends nothing to other sites, so it cannot learn your address: enter it above."}
      </p>
      <Many loaded={loaded} has={has} add={add} />
    </section>
  );
}

function One({ loaded, has, add }: AdditionsProps) {
  const [source, setSource] = useState("");
  const [description, setDescription] = useState("");
  const issue = source === "" ? undefined : issueAt(check(loaded, "IpAccessListEntry", { source }), "source");
  const refusal = source === "" ? "Enter an address first" : (issue ?? (has(source) ? "It is in the list" : undefined));
  return (
    <form
      class="entry-new"
      aria-label="Add an address"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (refusal !== undefined) return;
        add({ source, ...(description.trim() !== "" && { description: description.trim() }) });
        setSource("");
        setDescription("");
      }}
    >
      <Field label="Address or block" help="Such as 203.0.113.0/24" error={issue}>
        {(tied) => (
          <input
            {...tied}
            class="mono"
            autoComplete="off"
            spellcheck={false}
            value={source}
            onInput={(event) => setSource(event.currentTarget.value.trim())}
          />
        )}
      </Field>
      <Field label="Description" optional>
        {(tied) => <input {...tied} dir="auto" value={description} onInput={(event) => setDescription(event.currentTarget.value)} />}
      </Field>
      <Button type="submit" icon="plus" disabledBecause={refusal}>
        Add
      </Button>
    </form>
  );
}

/** Entries from lines or commas: an address, then its description. */
export function parseEntries(text: string): IpAccessListEntry[] {
  return text
    .split(/[\n,;]+/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [source = "", ...rest] = part.split(/[\s#]+/);
      const description = rest.join(" ").trim();
      return { source, ...(description !== "" && { description }) };
    });
}

function Many({ loaded, has, add }: AdditionsProps) {
  const [text, setText] = useState("");
  const parsed = parseEntries(text).map((entry) => ({ entry, issue: issueAt(check(loaded, "IpAccessListEntry", entry), "source") }));
  const valid = parsed.filter(({ entry, issue }) => issue === undefined && !has(entry.source));
  const wrong = parsed.filter(({ issue }) => issue !== undefined);
  return (
    <details>
      <summary>Paste many</summary>
      <div class="many">
        <Field
          label="Addresses"
          help="One a line, or separated by commas. The rest of a line is the description."
          error={wrong.length === 0 ? undefined : wrong.map(({ entry, issue }) => `${entry.source}: ${issue}`).join(" ")}
        >
          {(tied) => (
            <textarea
              {...tied}
              class="mono"
              rows={5}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button
          disabledBecause={
            wrong.length > 0 ? "First mend the addresses that are not valid" : valid.length === 0 ? "Nothing new to add" : undefined
          }
          onClick={() => {
            for (const { entry } of valid) add(entry);
            setText("");
          }}
        >
          {`Add ${plural(valid.length, "address", "addresses")}`}
        </Button>
      </div>
    </details>
  );
}
