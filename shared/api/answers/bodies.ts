import { Invoice } from "../../invoice/invoice.ts";
import { CancelBody, CancelByBody, CancelEwayBillBody, EwayBillBody } from "../change-bodies.ts";
import { EndpointChangeBody, NewEndpointBody, RecoverBody } from "../webhook-bodies.ts";
import { component } from "./component.ts";

/** The names of what is sent, whose schemas the operations check it with. */
component("Invoice", Invoice);
component("Cancellation", CancelBody);
component("CancellationByIrn", CancelByBody);
component("EwayBillCancellation", CancelEwayBillBody);
component("EwayBillRequest", EwayBillBody);
component("WebhookSettings", NewEndpointBody);
component("WebhookChange", EndpointChangeBody);
component("Recovery", RecoverBody);
