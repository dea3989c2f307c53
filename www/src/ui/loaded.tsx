// What a resource has: a skeleton until it is loaded, why it does not load, and the data.
import type { ComponentChildren } from "preact";
import { type Resource, useResource } from "../store/resource.ts";
import { Button } from "./button.tsx";
import { Skeleton } from "./empty.tsx";
import { FailureNotice } from "./notice.tsx";

export interface LoadedProps<T> {
  readonly of: Resource<T>;
  /** For screen readers while it loads: "Loading the keys". */
  readonly loading: string;
  readonly children: (data: T) => ComponentChildren;
}

export function Loaded<T>({ of, loading, children }: LoadedProps<T>) {
  const { data, failure } = useResource(of);
  return (
    <>
      {failure && (
        <FailureNotice failure={failure}>
          <Button onClick={() => void of.refresh()}>Try now</Button>
        </FailureNotice>
      )}
      {data !== undefined ? children(data) : failure === undefined && <Skeleton label={loading} />}
    </>
  );
}
