/** Parts of the page that are fetched when they are first drawn: a page that never shows them never loads them. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/**
 * A component that is fetched once it is drawn. `Meanwhile` stands there until then, on the server, and for good when it
 * can't be had.
 */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Meanwhile: ComponentType<P>,
): ComponentType<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  let isLoading = false;
  const want = async () => {
    if (isLoading || loaded.peek()) return;
    isLoading = true;
    // What can't be fetched now is tried again by the next one drawn.
    loaded.value = await load().catch(() => null);
    isLoading = false;
  };
  return function Lazy(props: P) {
    useEffect(() => void want(), []);
    const Now = loaded.value ?? Meanwhile;
    return <Now {...props} />;
  };
}
