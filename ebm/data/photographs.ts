/** Small photographs with their classes, as the files of CIFAR and SVHN hold them. */
export interface Photographs {
  /** `[count, 3, 32, 32]`, bytes. */
  images: Uint8Array;
  count: number;
  channels: 3;
  height: 32;
  width: 32;
  labels: Uint8Array;
}
