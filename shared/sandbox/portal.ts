import * as z from "zod";

/** The two portals that NIC runs. They share users, tokens and the duplicate registry, and nothing else. */
export const Portal = z.enum(["NIC1", "NIC2"]);
export type Portal = z.infer<typeof Portal>;
