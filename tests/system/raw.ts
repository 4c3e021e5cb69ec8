/** A request with exactly these headers: fetch would not send a Host or an Origin of our choosing. */
export async function raw(base: string, method: string, path: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(base);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    const length = method === "GET" ? {} : { "content-length": "0" };
    const lines = Object.entries({ connection: "close", ...length, ...headers }).map(([k, v]) =>
      `${k}: ${v}`
    );
    await connection.write(
      new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`),
    );
    let text = "";
    // A refused upgrade leaves the connection open: what is asked for is over with the blank line.
    for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      if ("upgrade" in headers && text.includes("\r\n\r\n")) break;
    }
    return { status: Number(text.split(" ")[1]), body: text.slice(text.indexOf("\r\n\r\n") + 4) };
  } finally {
    try {
      connection.close();
    } catch {
      // Reading it to its end closed it.
    }
  }
}
