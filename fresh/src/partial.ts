import type { ComponentChildren, VNode } from "preact";

export interface PartialProps {
  children?: ComponentChildren;
  name: string;
  mode?: "replace" | "prepend" | "append";
}

/** Partial page updates belong to Fresh, but not to the part of it that is implemented here. */
export function Partial(_props: PartialProps): VNode {
  throw new Error("<Partial> is not implemented in this build of Fresh");
}
