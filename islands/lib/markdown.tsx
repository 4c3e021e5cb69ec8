/**
 * Markdown as elements, never as HTML text: what a model writes can't become markup, load an image from elsewhere
 * (which would carry data out), or point a link at a script. Blocks are drawn anew only when their source changes.
 */
import { Component, type ComponentChildren, h } from "preact";
import { type Block, type Inline, parse, splitBlocks } from "./markup.ts";
import { pieces, Shown } from "./Shown.tsx";
import { visibleText } from "./visible.ts";

/** `base` is the workspace's address, for `#12` and `[[customers:3]]`. */
export function Markdown({ text, base }: { text: string; base: string }) {
  return <>{splitBlocks(text).map((source, i) => <Part key={i} source={source} base={base} />)}</>;
}

/**
 * An address that a link may have: `http(s):`, `mailto:`, or a page of this app. Else null. Control characters and
 * spaces are removed before judging, as browsers do.
 */
export function safeHref(href: string): string | null {
  const read = href.replace(/[\p{Cc} ]/gu, "");
  return /^(https?:\/\/|mailto:)/i.test(read) || /^\/w\/[^\\]*$/.test(read) ? read : null;
}

class Part extends Component<{ source: string; base: string }> {
  override shouldComponentUpdate(next: { source: string }) {
    return next.source !== this.props.source;
  }
  render() {
    return <>{blocks(parse(this.props.source), this.props.base)}</>;
  }
}

function blocks(list: Block[], base: string): ComponentChildren {
  return list.map((block, key) => {
    switch (block.type) {
      case "heading":
        // The page has its own headings above; a model's stay below them.
        return h(`h${Math.min(6, block.level + 3)}`, { key }, inline(block.inline, base));
      case "paragraph":
        return <p key={key}>{inline(block.inline, base)}</p>;
      case "code":
        return (
          <pre key={key} class="sql" tabIndex={0}><code><Shown text={block.text} kind="code" /></code></pre>
        );
      case "quote":
        return <blockquote key={key}>{blocks(block.blocks, base)}</blockquote>;
      case "list": {
        const items = block.items.map((item, i) => <li key={i}>{blocks(item, base)}</li>);
        return block.start === null
          ? <ul key={key}>{items}</ul>
          : <ol key={key} start={block.start}>{items}</ol>;
      }
      case "rule":
        return <hr key={key} />;
      case "table":
        return (
          <div class="table-wrap" key={key} tabIndex={0} role="group" aria-label="Table">
            <table class="rows">
              <thead>
                <tr>{block.header.map((cell, i) => <th key={i} scope="col">{inline(cell, base)}</th>)}</tr>
              </thead>
              <tbody>
                {block.rows.map((row, r) => (
                  <tr key={r}>{row.map((cell, i) => <td key={i}>{inline(cell, base)}</td>)}</tr>
                ))}
              </tbody>
            </table>
          </div>
        );
    }
  });
}

function inline(list: Inline[], base: string): ComponentChildren {
  return list.map((span, key) => {
    if (typeof span === "string") return pieces(span, "prose");
    switch (span.type) {
      case "strong":
      case "em":
      case "del":
        return h(span.type, { key }, inline(span.inline, base));
      case "code":
        return (
          <code key={key}>
            <Shown text={span.text} kind="code" />
          </code>
        );
      case "break":
        return <br key={key} />;
      case "image":
        return (
          <span key={key} class="muted">{pieces(`[image: ${span.alt || "no description"}]`, "prose")}</span>
        );
      case "action":
        return <a key={key} href={`${base}/actions/${span.id}`}>{`#${span.id}`}</a>;
      case "row":
        return (
          <a
            key={key}
            class="chip"
            href={`${base}/data/${encodeURIComponent(span.table)}?key=${encodeURIComponent(span.key)}`}
          >
            <Shown text={`${span.table} ${span.key}`} kind="sentence" />
          </a>
        );
      case "link":
        return (
          <Link key={key} href={safeHref(span.href)} label={span.label}>{inline(span.inline, base)}</Link>
        );
    }
  });
}

/** A link shows where it leads, whatever its words say. */
function Link(
  { href, label, children }: { href: string | null; label: string; children?: ComponentChildren },
) {
  if (!href) return <span>{children}</span>;
  if (href.startsWith("/")) return <a href={href}>{children}</a>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={visibleText(href)}>
      {children}
      {label !== href && <span class="muted">{pieces(` (${where(href)})`, "sentence")}</span>}
    </a>
  );
}

function where(href: string): string {
  return URL.canParse(href) ? new URL(href).host || href : href;
}
