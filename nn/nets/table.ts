/** What the flows for tables have in common. */

export interface FlowNetOptions {
  /** Features of the hidden layers. */
  hidden?: number;
  /** Couplings, or autoregressive flows. */
  blocks?: number;
  /** Whether batch normalisation follows each of them. */
  norm?: boolean;
}
