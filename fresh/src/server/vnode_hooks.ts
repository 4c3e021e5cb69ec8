/**
 * Replaces certain elements, while they are created, by components that know about the document: islands get their
 * markers, `<head>` takes what `<Head>` gathered, `<body>` ends with the boot script, inline scripts get the nonce.
 * Only Preact's public `options.vnode` is used.
 */
import {
  type Attributes,
  type ComponentChildren,
  type ComponentType,
  createContext,
  Fragment,
  h,
  type JSX,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { HeadPlace } from "../head.ts";
import { BootScript } from "./boot_script.ts";
import { currentRender } from "./page_render.ts";

type Props = Attributes & Record<string, unknown> & {
  children?: ComponentChildren;
};

const InsideIsland = createContext(false);

const HEAD_TAGS = [
  "title",
  "meta",
  "link",
  "base",
  "script",
  "style",
  "noscript",
];
const replacements = new Map<unknown, ComponentType<Props>>([
  ["html", documentTag("html")],
  ["body", documentTag("body", BootScript)],
  ["head", documentTag("head", GatheredHead)],
  ...HEAD_TAGS.map((
    tag,
  ): [string, ComponentType<Props>] => [tag, headTag(tag)]),
]);

/** Makes components known as islands. A component stays one for the life of the process. */
export function registerIslands(components: Iterable<ComponentType>): void {
  for (const component of components) {
    if (!replacements.has(component)) {
      replacements.set(component, islandBoundary(component));
    }
  }
}

let creatingOriginal = false;
const previousHook = options.vnode;
options.vnode = (vnode: VNode) => {
  const replacement = creatingOriginal ? undefined : replacements.get(vnode.type);
  if (replacement !== undefined) {
    if (
      typeof vnode.type === "string" && vnode.key != null &&
      HEAD_TAGS.includes(vnode.type)
    ) {
      Object.assign(vnode.props, { "data-key": vnode.key });
    }
    Object.assign(vnode, { type: replacement });
  }
  previousHook?.(vnode);
};

/** Creates an element that is not replaced again. */
function original(
  type: string | ComponentType<Props>,
  props: Props,
): JSX.Element {
  creatingOriginal = true;
  try {
    return typeof type === "string" ? h(type, props) : h(type, props);
  } finally {
    creatingOriginal = false;
  }
}

function islandBoundary(component: ComponentType): ComponentType<Props> {
  return function IslandBoundary(props) {
    const nested = useContext(InsideIsland);
    const page = currentRender();
    const island = page?.islandOf(component);
    const child = original(component, props);
    // An island inside an island is hydrated as a part of the outer one.
    if (nested || !page || !island) return child;
    const index = page.addIsland(island, props);
    return h(
      Fragment,
      null,
      comment(`frsh:island:${island.name}:${index}:`),
      h(InsideIsland.Provider, { value: true }, child),
      comment("/frsh:island"),
    );
  };
}

/** A comment node, which preact-render-to-string spells as a property of a fragment. */
function comment(text: string): JSX.Element {
  const props: Record<string, unknown> = { UNSTABLE_comment: text };
  return h(Fragment, props);
}

function documentTag(tag: string, Last?: ComponentType): ComponentType<Props> {
  return function DocumentTag({ children, ...props }) {
    currentRender()?.seen.add(tag);
    const content = original(tag, {
      ...props,
      children: [children, Last && h(Last, null)],
    });
    return tag === "head" ? h(HeadPlace.Provider, { value: "document-head" }, content) : content;
  };
}

function headTag(tag: string): ComponentType<Props> {
  return function HeadTag(props) {
    const place = useContext(HeadPlace);
    const page = currentRender();
    const inline = (tag === "script" || tag === "style") &&
      props.nonce === undefined;
    const element = original(
      tag,
      inline && page ? { ...props, nonce: page.nonce } : props,
    );
    if (page === null || place === null) return element;
    const key = headKey(tag, props);
    if (place === "head-component") {
      page.head.set(key, element);
      return null;
    }
    const replaced = page.head.get(key);
    page.head.delete(key);
    return replaced ?? element;
  };
}

/** Two head elements with one key are the same thing said twice: the one in `<Head>` wins. */
function headKey(tag: string, props: Props): string {
  if (props["data-key"] !== undefined) return `${tag} key ${props["data-key"]}`;
  if (tag === "title" || tag === "base") return tag;
  if (tag === "meta") {
    const { content: _content, ...identity } = props;
    return `${tag} ${JSON.stringify(identity)}`;
  }
  const { children, ...rest } = props;
  return `${tag} ${JSON.stringify(rest)} ${typeof children === "string" ? children : ""}`;
}

function GatheredHead(): JSX.Element {
  const page = currentRender();
  const elements = page === null ? [] : [...page.head.values()];
  page?.head.clear();
  return h(Fragment, null, elements);
}
