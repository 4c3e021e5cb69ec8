import { type ComponentChildren, createContext, h, isValidElement, type JSX, toChildArray } from "preact";
import { useEffect } from "preact/hooks";
import { IS_BROWSER } from "./is_browser.ts";

export interface HeadProps {
  children?: ComponentChildren;
}

/** Where an element is rendered: inside `<Head>`, inside the document's own `<head>`, or anywhere else. */
export const HeadPlace = createContext<
  "head-component" | "document-head" | null
>(null);

/** Adds its children to the document's head. Inside an island, in the browser, it keeps the title current. */
export function Head(props: HeadProps): JSX.Element {
  return IS_BROWSER
    ? h(BrowserHead, null, props.children)
    : h(HeadPlace.Provider, { value: "head-component" }, props.children);
}

function BrowserHead(props: HeadProps): null {
  const title = titleOf(props.children);
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
  return null;
}

function titleOf(children: ComponentChildren): string | undefined {
  for (const child of toChildArray(children)) {
    if (!isValidElement(child)) continue;
    if (child.type !== "title") {
      throw new Error(
        `<Head> with <${String(child.type)}> inside an island is not implemented; <title> is`,
      );
    }
    return toChildArray(child.props.children).map(String).join("");
  }
  return undefined;
}
