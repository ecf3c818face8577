/** What the nets for images have in common. */

export interface ImageNetOptions {
  /** Channels of the image. */
  channels: number;
  /** Rows and columns of the image. */
  size: number;
  /** Features of the first layer. */
  width: number;
  /** Slope of the activations where negative. */
  leak: number;
}
