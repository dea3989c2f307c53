// Every operation of the contract: to find one, fill in its form, and send it.
import { Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useSearch } from "wouter-preact";
import { type Contract, loadContract, type Operation } from "../../forms/contract.ts";
import { useLoaded } from "../../forms/loaded.ts";
import { label } from "../../forms/model.ts";
import { Method } from "../../forms/request-panel.tsx";
import { Prose } from "../../forms/texts.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { plural } from "../../ui/text.ts";
import { OperationView } from "./operation.tsx";
import "../../style/forms.css";
import "../../style/explorer.css";

export function Explorer({ operation: address }: { operation?: string | undefined }) {
  const search = useSearch();
  // A link that was written by hand may have its values after the hash.
  const [name, query = search] = address?.split("?") ?? [];
  const { data: contract, failed, again } = useLoaded(loadContract);
  const operation = name === undefined ? undefined : contract?.operations.get(name);
  const content =
    contract === undefined ? (
      failed ? (
        <Notice tone="bad" title="The contract did not load.">
          <Button onClick={again}>Try again</Button>
        </Notice>
      ) : (
        <Skeleton label="Loading the contract" rows={8} />
      )
    ) : operation === undefined ? (
      <>
        {name !== undefined && (
          <Notice tone="bad" title="There is no such operation.">
            <p>
              The contract does not have <code>{name}</code>.
            </p>
          </Notice>
        )}
        <Operations contract={contract} current={undefined} />
      </>
    ) : (
      <div class="explorer-operation">
        <Operations contract={contract} current={operation} />
        <OperationView key={operation.name} contract={contract} operation={operation} search={query} />
      </div>
    );
  return (
    <Screen
      key={name}
      title={operation?.name ?? "Explorer"}
      aside={
        name !== undefined && (
          <Link class="button explorer-back" href="/explorer">
            All operations
          </Link>
        )
      }
    >
      {content}
    </Screen>
  );
}

/** The search survives a visit to an operation. */
let searched = "";

function matches(operation: Operation, words: readonly string[]): boolean {
  const text = `${operation.name} ${operation.method} ${operation.path} ${operation.summary}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function Operations({ contract, current }: { contract: Contract; current: Operation | undefined }) {
  const [search, setSearch] = useState(searched);
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    const found = list.current?.querySelector<HTMLElement>("[aria-current]");
    const scroller = list.current;
    if (found && scroller) scroller.scrollTop = found.offsetTop - scroller.clientHeight / 3;
  }, [current]);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = contract.resources
    .map((resource) => ({ ...resource, operations: resource.operations.filter((each) => matches(each, words)) }))
    .filter(({ operations }) => operations.length > 0);
  const count = found.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <section ref={list} class={current === undefined ? "operations" : "operations aside"} aria-label="Operations">
      <div class="operations-search">
        <label for="operations-search">Search operations</label>
        <input
          id="operations-search"
          type="search"
          autocomplete="off"
          value={search}
          onInput={(event) => {
            searched = event.currentTarget.value;
            setSearch(searched);
          }}
        />
        <p class="soft" role="status">
          {plural(count, "operation")}
        </p>
      </div>
      {count === 0 && (
        <Empty title="No operation is like that.">
          <Button onClick={() => setSearch((searched = ""))}>Show all</Button>
        </Empty>
      )}
      {found.map(({ name, description, operations }) => (
        <section key={name} class="resource">
          <h2>{label(name)}</h2>
          {current === undefined && <p class="soft">{description}</p>}
          <ul>
            {operations.map((operation) => (
              <li key={operation.name}>
                <Link href={`/explorer/${operation.name}`} aria-current={operation === current ? "page" : undefined}>
                  <Method name={operation.method} />
                  <span class="operation-text">
                    <span class="operation-name">
                      <Name text={operation.name.slice(name.length + 1)} />
                      {operation.beta && <span class="beta">beta</span>}
                    </span>
                    <span class="soft">
                      <Prose text={operation.summary} />
                    </span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** A dotted name, which breaks after its dots and between its words. */
function Name({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<=\.)|(?=[A-Z])/).map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
