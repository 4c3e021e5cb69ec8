import { HttpError } from "./error.ts";

export interface WebSocketHandlers {
  open?(socket: WebSocket): void;
  message?(socket: WebSocket, event: MessageEvent): void;
  close?(socket: WebSocket, code: number, reason: string): void;
  error?(socket: WebSocket, event: Event | ErrorEvent): void;
}

export interface WebSocketUpgradeOptions {
  /** Seconds without a sign of life after which the connection is closed. */
  idleTimeout?: number;
  /** The sub-protocol to agree on. */
  protocol?: string;
}

export interface WebSocketPair {
  socket: WebSocket;
  response: Response;
}

/** Upgrades a request; with handlers (recognised by a function among them) the answer is the response alone. */
export function upgradeWebSocket(
  req: Request,
  first: WebSocketHandlers | WebSocketUpgradeOptions | undefined,
  second: WebSocketUpgradeOptions | undefined,
): WebSocketPair | Response {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new HttpError(400, "Expected a WebSocket upgrade request");
  }
  if (!isHandlers(first)) return Deno.upgradeWebSocket(req, first);
  const { socket, response } = Deno.upgradeWebSocket(req, second);
  socket.addEventListener("open", () => first.open?.(socket));
  socket.addEventListener("message", (event) => first.message?.(socket, event));
  socket.addEventListener(
    "close",
    (event) => first.close?.(socket, event.code, event.reason),
  );
  socket.addEventListener("error", (event) => first.error?.(socket, event));
  return response;
}

function isHandlers(
  value: WebSocketHandlers | WebSocketUpgradeOptions | undefined,
): value is WebSocketHandlers {
  return value !== undefined &&
    ["open", "message", "close", "error"].some((name) => typeof Reflect.get(value, name) === "function");
}
