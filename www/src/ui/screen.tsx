// A screen: its title in the page's heading and in the document, with the focus on it after navigation.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let navigated = false;

export interface ScreenProps {
  readonly title: string;
  readonly above?: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Screen({ title, above, aside, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The first screen leaves the focus where the browser has put it.
    if (navigated) heading.current?.focus({ preventScroll: true });
    navigated = true;
  }, []);
  useEffect(() => {
    document.title = `${title} · clickhouse-cloud`;
  }, [title]);
  return (
    <div class="screen">
      {above}
      <header class="screen-header">
        <h1 ref={heading} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {aside}
      </header>
      {children}
    </div>
  );
}
