/**
 * Starts a page's islands in the browser: between each pair of markers it renders the island into the DOM that the
 * server sent. Preact takes over the elements it finds there and changes only what differs.
 */
import { computed, signal } from "@preact/signals";
import { parse } from "devalue";
import { type ComponentType, type ContainerNode, h, render } from "preact";

const START = /^frsh:island:(.+):(\d+):$/;
const END = "/frsh:island";

/** Called by the page's inline script with its islands by name and their serialised props. */
export function boot(
  islands: Record<string, ComponentType>,
  serialised: string,
): void {
  const props: Record<string, unknown>[] = parse(serialised, {
    Signal: ({ value }) => signal(value),
    Computed: ({ value }) => computed(() => value),
  });
  for (const { start, end, name, index } of findMarkers(document.body)) {
    const parent = start.parentNode;
    if (parent === null || parent !== end.parentNode) {
      console.error(
        `Island "${name}": its markup is nested in a way that HTML does not allow`,
      );
      continue;
    }
    try {
      render(h(islands[name], props[index]), between(parent, start, end));
    } catch (error) {
      // One broken island must not keep the others from starting.
      reportError(error);
    }
  }
}

interface Markers {
  name: string;
  index: number;
  start: Comment;
  end: Comment;
}

function findMarkers(root: Node): Markers[] {
  const found: Markers[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  let open: Omit<Markers, "end"> | undefined;
  while (walker.nextNode()) {
    const comment = walker.currentNode;
    if (!(comment instanceof Comment)) continue;
    const match = START.exec(comment.data);
    if (match !== null) {
      open = { name: match[1], index: Number(match[2]), start: comment };
    } else if (comment.data === END && open !== undefined) {
      found.push({ ...open, end: comment });
      open = undefined;
    }
  }
  return found;
}

/** The nodes between two markers, in the shape of a container. Several islands can so share one parent. */
function between(
  parent: ParentNode,
  start: Comment,
  end: Comment,
): ContainerNode {
  const nodes = () => {
    const list: ChildNode[] = [];
    for (
      let node = start.nextSibling;
      node !== null && node !== end;
      node = node.nextSibling
    ) list.push(node);
    return list;
  };
  const container = {
    nodeType: Node.ELEMENT_NODE,
    parentNode: parent,
    namespaceURI: parent instanceof Element ? parent.namespaceURI : null,
    get firstChild() {
      return nodes()[0] ?? null;
    },
    get childNodes() {
      return nodes();
    },
    contains: (node: Node | null) => nodes().some((child) => child.contains(node)),
    insertBefore: (node: Node, child: Node | null) => parent.insertBefore(node, child ?? end),
    appendChild: (node: Node) => parent.insertBefore(node, end),
    removeChild: (node: Node) => parent.removeChild(node),
  };
  return container;
}
