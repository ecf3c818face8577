/** The error of every reader of bytes: a file that is not what it should be. */

/** The bytes are not a well-formed file of their kind; the message names the place, what was expected and what was found. */
export class FormatError extends Error {
  override name = "FormatError";
}
