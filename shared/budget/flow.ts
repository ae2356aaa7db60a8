/** How a request uses the GSTIN's limit: `direct` is answered now or not at all, `queued` waits for its turn. */
export const flows = ["direct", "queued"] as const;
export type Flow = (typeof flows)[number];
