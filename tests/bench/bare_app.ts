/** An app that does nothing but ask the model: what HTTP between client, app and provider costs by itself. */
const [provider = "", bytes = "0"] = Deno.args;
const body = JSON.stringify({ messages: "x".repeat(Number(bytes)) });

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, async (request) => {
  await request.json();
  fetch(provider, { method: "POST", body }).then((answer) => answer.body?.cancel());
  return Response.json({}, { status: 202 });
});
