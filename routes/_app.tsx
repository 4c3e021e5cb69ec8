import { asset } from "fresh/runtime";
import { define } from "./(_web)/define.ts";

const STYLES = [
  "tokens",
  "layout",
  "parts",
  "rows",
  "chat",
  "composer",
  "commands",
  "results",
  "queue",
  "action",
  "diff",
  "review",
  "leave_out",
  "data",
  "dialog",
  "narrow",
];

export default define.page(function Document({ Component }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Gatekeeper</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        {STYLES.map((name) => <link key={name} rel="stylesheet" href={asset(`/${name}.css`)} />)}
        <script src={asset("/theme.js")}></script>
      </head>
      <body>
        <Component />
      </body>
    </html>
  );
});
