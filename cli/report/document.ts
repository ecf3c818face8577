/** The frame of a page that opens without a network: style and data are in it. */

import { html, jsonScript, Markup } from "./html.ts";
import style from "./style.css?raw";

/** A whole document; `data` can be read back from it as JSON under the id `id`. */
export const document = (title: string, body: Markup, id: string, data: unknown): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        ${body} ${jsonScript(id, data)}
      </body>
    </html> `.text;
