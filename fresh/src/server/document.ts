import { Fragment, type FunctionComponent, h, type JSX, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { Context, ContextInternals } from "../context.ts";
import type { LayoutConfig, PageProps, RouteComponent } from "../types.ts";
import { preloadHeader } from "./boot_script.ts";
import { rememberNonce } from "./nonce.ts";
import { during, PageRender } from "./page_render.ts";
import "./vnode_hooks.ts";

/** Renders a page inside its layouts and the app wrapper, as a whole document. */
export async function renderPage<State>(
  ctx: Context<State>,
  internals: ContextInternals<State>,
  content: VNode | null,
  init: ResponseInit,
  config: LayoutConfig,
): Promise<Response> {
  let vnode: VNode | null = content;
  for (
    const layout of config.skipInheritedLayouts ? [] : internals.layouts.toReversed()
  ) {
    const child = vnode;
    const result = await componentVNode(ctx, layout, null, () => child);
    if (result instanceof Response) return result;
    vnode = result;
  }
  // The page is rendered before the wrapper, whose head needs what the page puts into it.
  let inner: VNode = h(Fragment, null, vnode);
  const page = new PageRender(internals.snapshot);
  const app = config.skipAppWrapper ? null : internals.app;
  const wrapper = app && await componentVNode(ctx, app, null, () => inner);
  if (wrapper instanceof Response) return wrapper;
  const html = during(page, () => {
    inner = raw(renderToString(inner));
    return renderToString(
      completeDocument(
        page,
        wrapper === null ? inner : raw(renderToString(wrapper)),
      ),
    );
  });

  const headers = new Headers(init.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  const preload = preloadHeader(page);
  if (preload !== null) headers.append("link", preload);
  const response = new Response(`<!DOCTYPE html>${html}`, { ...init, headers });
  rememberNonce(response, page.nonce);
  return response;
}

/** An element for a route component; an async one has run by then and may have answered with a response. */
export async function componentVNode<State>(
  ctx: Context<State>,
  component: RouteComponent<State>,
  data: unknown,
  Component: FunctionComponent,
): Promise<JSX.Element | Response | null> {
  const props: PageProps<unknown, State> = {
    config: ctx.config,
    url: ctx.url,
    req: ctx.req,
    params: ctx.params,
    info: ctx.info,
    state: ctx.state,
    isPartial: ctx.isPartial,
    error: ctx.error,
    route: ctx.route,
    data,
    Component,
  };
  if (isAsync<State>(component)) return await component(props);
  return h(component, props);
}

type AsyncComponent<State> = (
  props: PageProps<unknown, State>,
) => Promise<JSX.Element | Response | null>;

function isAsync<State>(
  component: unknown,
): component is AsyncComponent<State> {
  return typeof component === "function" &&
    component.constructor.name === "AsyncFunction";
}

/** Adds the parts of a document that neither the page nor the wrapper rendered. */
function completeDocument(page: PageRender, content: VNode): VNode {
  let vnode: VNode = content;
  if (!page.seen.has("body")) vnode = h("body", null, vnode);
  if (!page.seen.has("head")) {
    const head = h("head", null, h("meta", { charset: "utf-8" }));
    vnode = h(Fragment, null, page.seen.has("html") ? null : head, vnode);
  }
  return page.seen.has("html") ? vnode : h("html", null, vnode);
}

/** HTML that is already rendered. */
function raw(html: string): VNode {
  return jsxTemplate([html]);
}
