// A list that renders only its visible rows; the window scrolls it, or an element around it. Built on @tanstack/virtual-core.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

export interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** The height of a row before it is measured, in pixels. */
  readonly estimate: number;
  readonly label: string;
  readonly row: (item: T) => ComponentChildren;
  /** A selector of the element around it that scrolls, where that is not the window. */
  readonly within?: string;
}

type Options = VirtualizerOptions<Element | Window, HTMLLIElement>;
/** How an element or the window is observed and scrolled. */
type Scroller = Pick<Options, "observeElementRect" | "observeElementOffset" | "scrollToFn">;

const byWindow = {
  observeElementRect: observeWindowRect,
  observeElementOffset: observeWindowOffset,
  scrollToFn: windowScroll,
} as Scroller;
const byElement = { observeElementRect, observeElementOffset, scrollToFn: elementScroll } as Scroller;

export function VirtualList<T>({ items, keyOf, estimate, label, row, within }: VirtualListProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const options: Options = {
    ...(within === undefined ? byWindow : byElement),
    count: items.length,
    getScrollElement: () => (within === undefined ? window : (list.current?.closest(within) ?? null)),
    estimateSize: () => estimate,
    getItemKey: (index: number) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 6,
    scrollMargin: list.current?.offsetTop ?? 0,
    onChange: () => render(undefined),
  };
  const [virtual] = useState(() => new Virtualizer(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  // What comes in front of the rows on the screen does not move them.
  const front = useRef(items[0]);
  useLayoutEffect(() => {
    const before = front.current;
    front.current = items[0];
    if (within === undefined || before === undefined || (virtual.scrollOffset ?? 0) <= margin) return;
    const added = virtual.measurementsCache.slice(0, Math.max(0, items.indexOf(before)));
    const height = added.reduce((sum, { size }) => sum + size, 0);
    if (height > 0) virtual.scrollElement?.scrollBy(0, height);
  }, [items]);

  // A row is rendered again only if it or the function is another one: scrolling changes neither.
  const rendered = useRef({ row, rows: new Map<T, ComponentChildren>() });
  if (rendered.current.row !== row) rendered.current = { row, rows: new Map() };
  const { rows } = rendered.current;
  const content = (item: T) => {
    if (!rows.has(item)) rows.set(item, row(item));
    return rows.get(item);
  };

  const margin = options.scrollMargin ?? 0;
  return (
    <ul ref={list} class="virtual" aria-label={label} style={{ height: `${virtual.getTotalSize()}px` }}>
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
              style={{ transform: `translateY(${start - margin}px)` }}
            >
              {content(item)}
            </li>
          )
        );
      })}
    </ul>
  );
}
