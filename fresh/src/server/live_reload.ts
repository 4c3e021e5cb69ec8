import { ALIVE_PATH } from "../alive_path.ts";

type Handler = (
  request: Request,
  info?: Deno.ServeHandlerInfo,
) => Response | Promise<Response>;

/** Tells development pages this process's revision, so that they reload when another one answers. */
export function withLiveReload(handler: Handler): Handler {
  const revision = crypto.randomUUID();
  return (request, info) => {
    if (new URL(request.url).pathname !== ALIVE_PATH) {
      return handler(request, info);
    }
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 501 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.addEventListener("open", () => socket.send(revision));
    return response;
  };
}
