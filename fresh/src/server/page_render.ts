import type { ComponentType, VNode } from "preact";
import type { IslandProps } from "./props.ts";
import type { Island, ServerSnapshot } from "./snapshot.ts";

/** What is found out while one page is rendered. Rendering is synchronous, so there is one at a time. */
export class PageRender {
  readonly nonce: string = crypto.randomUUID().replaceAll("-", "");
  readonly props: IslandProps[] = [];
  /** The islands on the page, each once, in the order of their appearance. */
  readonly islands = new Set<Island>();
  /** What `<Head>` gathered and the document's head has not taken yet. */
  readonly head = new Map<string, VNode>();
  readonly seen = new Set<string>();

  constructor(readonly snapshot: ServerSnapshot | null) {}

  islandOf(component: ComponentType): Island | undefined {
    return this.snapshot?.islands.get(component);
  }

  /** Notes an island and returns the number of its props. */
  addIsland(island: Island, props: Record<string, unknown>): number {
    this.islands.add(island);
    return this.props.push({ island: island.name, props }) - 1;
  }

  /** Only a page with islands needs the client; in development every page does, to reload itself. */
  get needsClient(): boolean {
    return this.islands.size > 0 || this.snapshot?.development === true;
  }
}

let current: PageRender | null = null;

/** The page that is being rendered, if any. */
export function currentRender(): PageRender | null {
  return current;
}

/** Runs `work` with `page` as the current one. */
export function during<T>(page: PageRender, work: () => T): T {
  const before = current;
  current = page;
  try {
    return work();
  } finally {
    current = before;
  }
}
