/** Markup imported as text. */
declare module "*.html?raw" {
  const text: string;
  export default text;
}

/** Styles of a room, which come with it. */
declare module "*.css";

/** Code imported as text. */
declare module "*.ts?raw" {
  const text: string;
  export default text;
}
