// Screens that load when they are first opened.
import type { ComponentType } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import { Skeleton } from "../ui/empty.tsx";
import { Notice } from "../ui/notice.tsx";

/** @param load imports the module of the screen and picks its component */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, render] = useReducer((count: number) => count + 1, 0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (component) => {
          loaded = component;
          render(undefined);
        },
        () => setFailed(true),
      );
    }, []);
    if (loaded !== undefined) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    return failed ? (
      <Notice tone="bad" title="This part of the page did not load. Reload the page." />
    ) : (
      <Skeleton label="Loading" rows={4} />
    );
  };
}
