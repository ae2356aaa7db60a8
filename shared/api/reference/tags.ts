/** The chapters of the reference, in the order in which they are read. */
export const tags = {
  "Access tokens": "One client speaks for one GSTIN. It trades its id and secret for a token of 15 minutes.",
  Registering:
    "A document becomes an e-invoice when an Invoice Registration Portal has signed it. Each is registered exactly once, whatever fails.",
  Changing: "A registered document can be cancelled for 24 hours, and can have an e-way bill.",
  Reading: "Documents as we know them. Reading never asks a portal, and takes nothing of its limit.",
  Requests: "What was accepted and is not over yet, and what it came to.",
  Taxpayers: "What the portals know of a GSTIN. These calls ask a portal, and take a slot of its limit.",
  Webhooks: "Where your events go, managed by calls alone.",
  Events: "What happened, and what was sent to whom.",
  Proof: "Who asked for what, what the portals said, and what proves it for as long as the law wants it kept.",
  Service: "Is it there, and how is it used.",
} as const;

export type Tag = keyof typeof tags;
