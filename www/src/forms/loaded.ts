// What a view needs before it can begin, such as the contract and the client.
import { useEffect, useState } from "preact/hooks";

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly failed: boolean;
  readonly again: () => void;
}

/** @param load a function that stays the same, and gives the same when it is called again */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [data, setData] = useState<T>();
  const [failed, setFailed] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    setFailed(false);
    load().then(
      (loaded) => isCurrent && setData(() => loaded),
      () => isCurrent && setFailed(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [load, round]);
  return { data, failed, again: () => setRound(round + 1) };
}
