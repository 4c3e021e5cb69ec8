import { HttpError, type PageProps } from "fresh";
import { Head } from "fresh/runtime";

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
