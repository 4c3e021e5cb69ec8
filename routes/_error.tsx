import { HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { define } from "./(_web)/define.ts";
import { PLAIN_CSP, SECURITY_HEADERS } from "./(_web)/headers.ts";

/** An error page is made outside of all middleware: it brings its own headers. */
export const handler = define.handlers((ctx) =>
  page(undefined, {
    status: ctx.error instanceof HttpError ? ctx.error.status : 500,
    headers: { ...SECURITY_HEADERS, "content-security-policy": PLAIN_CSP, "cache-control": "no-store" },
  })
);

/** What a person sees when a page can't be shown: what happened, and where to go. Never anything internal. */
export default function ErrorPage({ error }: PageProps) {
  const status = error instanceof HttpError ? error.status : 500;
  const message = status === 404
    ? (error instanceof HttpError && error.message !== "Not Found" && error.message) ||
      "There is nothing here."
    : error instanceof HttpError
    ? error.message
    : "Something went wrong here.";
  return (
    <main class="error-page">
      <Head>
        <title>{`${status} · Gatekeeper`}</title>
      </Head>
      <h1>{message}</h1>
      <p>
        <a href="/">Back to your workspace</a>
      </p>
    </main>
  );
}
