/** What a model writes becomes elements, never markup; each attack stands here as it would be written. */
import assert from "node:assert/strict";
import { isValidElement, type VNode } from "preact";
import { Markdown, safeHref } from "@/islands/lib/markdown.tsx";
import { parse, splitBlocks } from "@/islands/lib/markup.ts";

interface Element {
  tag: string;
  props: Record<string, unknown>;
}

/** Every element that a text becomes, and its whole text, by rendering the components by hand. */
function draw(text: string): { elements: Element[]; text: string } {
  const elements: Element[] = [];
  let words = "";
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node === "string" || typeof node === "number") words += node;
    if (!isValidElement(node)) return;
    const { type, props } = node satisfies VNode<Record<string, unknown>>;
    if (typeof type === "string") {
      const { children, ...rest } = props;
      elements.push({ tag: type, props: rest });
      visit(children);
    } else {
      visit(made(type, props));
    }
  };
  visit(Markdown({ text, base: "/w/main" }));
  return { elements, text: words };
}

function made(type: VNode["type"], props: object): unknown {
  if (typeof type === "string") return null;
  const isClass = "prototype" in type && type.prototype && "render" in type.prototype;
  return isClass ? Reflect.construct(type, [props, {}]).render() : Reflect.apply(type, null, [props]);
}

const tags = (text: string) => draw(text).elements.map(({ tag }) => tag);
const hrefs = (text: string) => draw(text).elements.flatMap(({ props }) => props.href ? [props.href] : []);

const SCRIPTS = [
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](vbscript:msgbox)",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](//evil.example/a)",
  "[x](/\\evil.example)",
  "[x](/w/\\evil.example)",
  "[x](file:///etc/passwd)",
  "[x](/api/workspaces/main/chat)",
  "<javascript:alert(1)>",
];

for (const attack of SCRIPTS) {
  Deno.test(`no link comes of ${JSON.stringify(attack)}`, () => assert.deepEqual(hrefs(attack), []));
}

Deno.test("no image is ever loaded", () => {
  const attack =
    "![secret](https://evil.example/?q=42) ![][x] <img src=https://evil.example>\n\n[x]: https://evil.example";
  assert.ok(!tags(attack).includes("img"));
  assert.ok(draw(attack).elements.every(({ props }) => !("src" in props)));
});

Deno.test("HTML stays text", () => {
  const attack =
    "<script>alert(1)</script> <b onclick=x>hi</b> <iframe src=x></iframe>\n\n<div>\n\n<style>*{}</style>";
  assert.deepEqual([...new Set(tags(attack))], ["p"]);
  assert.ok(draw(attack).text.includes("<script>alert(1)</script>"));
  assert.ok(draw(attack).text.includes("<style>*{}</style>"));
});

Deno.test("a link shows where it leads when its words say something else", () => {
  const { elements, text } = draw("[https://bank.example](https://evil.example/login)");
  assert.equal(text, "https://bank.example (evil.example)");
  assert.deepEqual(elements.find(({ tag }) => tag === "a")?.props, {
    href: "https://evil.example/login",
    target: "_blank",
    rel: "noopener noreferrer nofollow",
    title: "https://evil.example/login",
  });
});

Deno.test("links within the app stay in the app; mail and the web are allowed", () => {
  assert.equal(safeHref("/w/main/actions/3"), "/w/main/actions/3");
  assert.equal(safeHref("mailto:a@b.example"), "mailto:a@b.example");
  assert.equal(safeHref(" https://a.example "), "https://a.example");
  assert.equal(draw("[here](/w/main)").elements.find(({ tag }) => tag === "a")?.props.target, undefined);
});

Deno.test("#12 leads to the action and [[customers:3]] to its row, but not in code, words or addresses", () => {
  assert.deepEqual(hrefs("Queued as #12."), ["/w/main/actions/12"]);
  assert.deepEqual(hrefs("[[order items:a:b]]"), ["/w/main/data/order%20items?key=a%3Ab"]);
  assert.deepEqual(hrefs("`#12` a#12 &#39; ##12 #12a"), []);
  assert.deepEqual(hrefs("[[../../x:1]]"), ["/w/main/data/..%2F..%2Fx?key=1"]);
});

Deno.test("what models write is read as they mean it", () => {
  const text = [
    "# Title",
    "**bold**, *it*, ***both***, ~~no~~, `co*de*`, snake_case_name, 3 * 4 * 5",
    "- a\n  - b\n- c",
    "2. two\n3. three",
    "> quoted",
    "| a | b |\n|---|:-:|\n| 1 | x \\| y |",
    "```sql\nSELECT '**not bold**'\n```",
    "---",
  ].join("\n\n");
  const drawn = draw(text);
  for (const tag of ["h4", "strong", "em", "del", "code", "ul", "ol", "blockquote", "table", "pre", "hr"]) {
    assert.ok(drawn.elements.some((element) => element.tag === tag), tag);
  }
  assert.equal(drawn.elements.find(({ tag }) => tag === "ol")?.props.start, 2);
  assert.ok(drawn.text.includes("snake_case_name, 3 * 4 * 5"));
  assert.ok(drawn.text.includes("x | y"));
  assert.ok(drawn.text.includes("SELECT '**not bold**'"));
});

Deno.test("the blocks of a text, put together, are the text's", () => {
  const text = "- a\n\n- b\n\n  more\n\nend\n\n```\nx\n\n```y\n```\n\n1. q\n\n2. r";
  assert.deepEqual(splitBlocks(text).flatMap(parse), parse(text));
  assert.equal(splitBlocks(text).length, 4);
});

Deno.test("unfinished text reads as far as it goes, at every length", () => {
  const text = "# T\n\n**b** [l](https://a.example) `c`\n\n| a |\n|---|\n| 1 |\n\n```\nx";
  for (let end = 0; end <= text.length; end++) assert.doesNotThrow(() => draw(text.slice(0, end)));
});

Deno.test("hostile repetition costs little and never the stack", () => {
  for (
    const piece of ["> ", "- ", "[", "**a ", "*a ", "`a ", "_a", "![a](", "[a](b", "|a", "#1 ", "<http://a"]
  ) {
    const began = performance.now();
    parse(piece.repeat(5_000));
    const ms = performance.now() - began;
    assert.ok(ms < 1_500, `${JSON.stringify(piece)} took ${Math.round(ms)} ms`);
  }
  // Marks of every length, none of which finds its like.
  const ticks = Array.from({ length: 480 }, (_, i) => "`".repeat(i)).join(" ");
  const began = performance.now();
  parse(ticks);
  const ms = performance.now() - began;
  assert.ok(ms < 3_000, `${ticks.length} backticks took ${Math.round(ms)} ms`);
});
