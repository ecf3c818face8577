/** Sees to it that the browser's language is one that Intl knows: in the POSIX locale Chromium says `en-US@posix`, and uPlot fails. */

try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}
