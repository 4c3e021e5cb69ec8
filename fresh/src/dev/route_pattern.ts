/**
 * The URL pattern of a route file, given its path below `routes/` without extension: `[id]` is a parameter, `[[id]]`
 * an optional one, `[...path]` the rest, `(group)` a folder that the address does not show unless it is kept.
 */
export function routePattern(id: string, keepGroups: boolean): string {
  const parts = id.split("/").filter((part) => part !== "");
  if (parts.at(-1) === "index") parts.pop();
  let pattern = "";
  for (const part of parts) {
    if (/^\(.*\)$/.test(part)) {
      if (keepGroups) pattern += `/${part}`;
      continue;
    }
    const rest = /^\[\.\.\.([^\]]+)\]$/.exec(part);
    const optional = /^\[\[([^\]]+)\]\]$/.exec(part);
    if (rest !== null) pattern += `/:${rest[1]}*`;
    // At the root the slash itself is not optional.
    else if (optional !== null) {
      pattern += pattern === "" ? `/{:${optional[1]}}?` : `{/:${optional[1]}}?`;
    } else pattern += `/${segmentPattern(part, id)}`;
  }
  return pattern === "" ? "/" : pattern;
}

function segmentPattern(part: string, id: string): string {
  if (part.includes("][") || part.includes("[[") || part.includes("...")) {
    throw new SyntaxError(`Route "${id}": "${part}" is not a valid segment`);
  }
  const pattern = part.replace(/\[([^[\]]+)\]/g, ":$1");
  if (/[[\]]/.test(pattern)) {
    throw new SyntaxError(`Route "${id}": "${part}" has an unmatched bracket`);
  }
  return pattern;
}
