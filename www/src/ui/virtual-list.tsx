// A list that renders only its visible rows; the window scrolls it. Built on @tanstack/virtual-core.
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

export interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** The height of a row before it is measured, in pixels. */
  readonly estimate: number;
  readonly label: string;
  readonly row: (item: T) => ComponentChildren;
}

export function VirtualList<T>({ items, keyOf, estimate, label, row }: VirtualListProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const options = {
    count: items.length,
    getScrollElement: () => window,
    estimateSize: () => estimate,
    getItemKey: (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 6,
    scrollMargin: list.current?.offsetTop ?? 0,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => render(undefined),
  };
  const [virtual] = useState(() => new Virtualizer<Window, HTMLLIElement>(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());

  const margin = options.scrollMargin;
  return (
    <ul ref={list} class="virtual" aria-label={label} style={{ "--height": `${virtual.getTotalSize()}px` }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index];
        return (
          item !== undefined && (
            <li
              key={String(key)}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ "--start": `${start - margin}px` }}
            >
              {row(item)}
            </li>
          )
        );
      })}
    </ul>
  );
}
