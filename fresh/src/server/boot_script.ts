import { h, type JSX } from "preact";
import { currentRender, type PageRender } from "./page_render.ts";
import { scriptString, serialiseProps } from "./props.ts";

/** The inline module that starts the page's islands; nothing where there are none. */
export function BootScript(): JSX.Element | null {
  const page = currentRender();
  if (
    page === null || page.snapshot === null || !page.needsClient ||
    page.seen.has("boot")
  ) return null;
  page.seen.add("boot");
  return h("script", {
    type: "module",
    nonce: page.nonce,
    dangerouslySetInnerHTML: {
      __html: bootSource(page, page.snapshot.clientEntry),
    },
  });
}

/** The `Link` header that lets the browser fetch the client's files before it has parsed the page. */
export function preloadHeader(page: PageRender): string | null {
  if (page.snapshot === null || !page.needsClient) return null;
  const files = new Set([
    page.snapshot.clientEntry,
    ...[...page.islands].map((island) => island.file),
  ]);
  return [...files].map((file) => `<${encodeURI(file)}>; rel="modulepreload"; as="script"`).join(", ");
}

function bootSource(page: PageRender, clientEntry: string): string {
  const islands = [...page.islands];
  const imports = islands.map(({ exportName, file }, i) =>
    `import { ${exportName} as I${i} } from ${scriptString(file)};`
  );
  const table = islands.map(({ name }, i) => `${scriptString(name)}:I${i}`)
    .join(",");
  return `import { boot } from ${scriptString(clientEntry)};${imports.join("")}` +
    `boot({${table}},${scriptString(serialiseProps(page.props))});`;
}
