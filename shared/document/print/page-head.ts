import type { Bitmap } from "./canvas.ts";
import { drawFields, type Field } from "./fields-grid.ts";
import { drawLines, type Flow, GREY, INK, LINE_GREY, MARGIN, NAVY, RED, TINT, WIDTH } from "./flow.ts";
import type { Party, PrintedContent } from "./printed-content.ts";
import type { PrintedDocument } from "./printed-document.ts";
import { stateText } from "./tax.ts";
import type { Style } from "./typesetter.ts";

const TITLES: Readonly<Record<string, string>> = { INV: "Tax Invoice", CRN: "Credit Note", DBN: "Debit Note" };
const SUPPLIES: Readonly<Record<string, string>> = {
  B2B: "Business to business",
  SEZWP: "SEZ, with payment of tax",
  SEZWOP: "SEZ, without payment of tax",
  EXPWP: "Export, with payment of tax",
  EXPWOP: "Export, without payment of tax",
  DEXP: "Deemed export",
};

const TITLE: Style = { size: 19, weight: "bold", colour: NAVY };
const SMALL: Style = { size: 7.4, weight: "regular", colour: GREY };
const NAME: Style = { size: 11.5, weight: "bold", colour: INK };
const BODY: Style = { size: 8.4, weight: "regular", colour: INK };
const STRONG: Style = { size: 8.6, weight: "bold", colour: INK };

/** `Credit Note`: rule 53 wants the nature of the document on it. */
export function titleOf({ DocDtls }: PrintedContent): string {
  return TITLES[DocDtls.Typ.toUpperCase()] ?? "Document";
}

/** Who sells, the QR code, and what the document is. `side` is how long the QR code is on paper. */
export function drawHead(flow: Flow, printed: PrintedDocument, qr?: { readonly code: Bitmap; readonly side: number }) {
  const { content } = printed;
  const side = qr?.side ?? 96;
  const room = WIDTH - side - 18;
  const { setter, canvas, y: top } = flow;
  const { SellerDtls } = content;
  const title = [
    ...setter.lines(titleOf(content).toUpperCase(), TITLE, room),
    ...setter.lines("e-Invoice under rule 48(4) of the CGST Rules, 2017", SMALL, room),
  ];
  const seller = [
    ...setter.lines(SellerDtls.LglNm, NAME, room),
    ...addressOf(SellerDtls).flatMap((line) => setter.lines(line, BODY, room)),
    ...setter.lines(gstinText(SellerDtls), STRONG, room),
    ...setter.lines(contactOf(SellerDtls), BODY, room),
  ];
  const below = drawLines(canvas, title, { x: MARGIN, y: top - 5 }) + 8;
  const end = drawLines(canvas, seller, { x: MARGIN, y: below });
  const corner = { x: MARGIN + WIDTH - side, y: top };
  if (qr) canvas.bitmap(qr.code, { ...corner, width: side, height: side });
  else drawStatus(flow, printed, { ...corner, width: side, height: side });
  flow.y = Math.max(end, top + side) + 8;
  drawFields(flow, documentFields(printed), 4);
  drawFields(flow, [{ name: "Invoice Reference Number (IRN)", value: printed.irn }], 1);
  drawFields(flow, parties(content), 3);
}

/** In the place of the QR code, which a document that is not active has no more. */
function drawStatus(
  { canvas, setter }: Flow,
  { status, cancelledAt }: PrintedDocument,
  box: Parameters<typeof canvas.fill>[0],
) {
  const word = status === "CNL" ? "CANCELLED" : "REJECTED";
  const style: Style = { size: 11, weight: "bold", colour: RED };
  const lines = [
    ...setter.lines(word, style, box.width - 8),
    ...(cancelledAt ? setter.lines(`on ${timeText(cancelledAt)}`, SMALL, box.width - 8) : []),
    ...setter.lines("No QR code: not a valid document", SMALL, box.width - 8),
  ];
  canvas.frame(box, RED);
  drawLines(canvas, lines, { x: box.x + box.width / 2, y: box.y + 24, align: "centre" });
}

function documentFields({ content, ackNo, ackDt, ewbNo }: PrintedDocument): Field[] {
  const { DocDtls, TranDtls, BuyerDtls, RefDtls } = content;
  const period = RefDtls?.DocPerdDtls;
  return [
    { name: `${titleOf(content)} no.`, value: DocDtls.No.toUpperCase() },
    { name: "Date", value: DocDtls.Dt },
    { name: "Place of supply", value: stateText(BuyerDtls.Pos) },
    { name: "Tax payable on reverse charge", value: TranDtls.RegRev === "Y" ? "Yes" : "No" },
    { name: "Acknowledgement no.", value: ackNo },
    { name: "Acknowledgement date", value: timeText(ackDt) },
    { name: "Type of supply", value: SUPPLIES[TranDtls.SupTyp.toUpperCase()] ?? TranDtls.SupTyp },
    { name: "e-Way bill no.", value: ewbNo ?? "" },
    { name: "E-commerce operator", value: TranDtls.EcmGstin },
    { name: "Period", value: period ? `${period.InvStDt} to ${period.InvEndDt}` : "" },
  ];
}

/** The address of delivery is rule 46(o)'s. */
function parties({ BuyerDtls, ShipDtls, DispDtls }: PrintedContent): Field[] {
  const field = (name: string, party: Party): Field => ({
    name,
    value: party.LglNm || party.Nm,
    lines: [...addressOf(party), gstinText(party), contactOf(party)],
  });
  return [
    field("Billed to", BuyerDtls),
    ...(ShipDtls ? [field("Delivered to", ShipDtls)] : []),
    ...(DispDtls ? [field("Dispatched from", DispDtls)] : []),
  ];
}

function gstinText({ Gstin }: Party): string {
  if (Gstin === "URP") return "Unregistered person (URP)";
  return Gstin && `GSTIN ${Gstin}`;
}

function addressOf({ TrdNm, LglNm, Addr1, Addr2, Loc, Pin, Stcd }: Party): string[] {
  return [
    TrdNm && TrdNm !== LglNm ? `Trade name: ${TrdNm}` : "",
    [Addr1, Addr2].filter((part) => part !== "").join(", "),
    [Loc, Pin].filter((part) => part !== "").join(" "),
    stateText(Stcd),
  ].filter((line) => line !== "");
}

function contactOf({ Ph, Em }: Party): string {
  return [Ph && `Phone ${Ph}`, Em].filter((part) => part !== "").join(" · ");
}

/** `2026-08-18T14:30:00+05:30` → `18/08/2026 14:30:00`, the portals' day and clock in India. */
function timeText(timestamp: string): string {
  const [day = "", clock = ""] = timestamp.split("T");
  return `${day.split("-").reverse().join("/")} ${clock.slice(0, 8)}`;
}

/** A statement that the law wants word for word. */
export function drawStatement(flow: Flow, text: string): void {
  const lines = flow.setter.lines(text, { size: 7.8, weight: "bold", colour: NAVY }, WIDTH - 20);
  const height = lines.length * 10.7 + 10;
  flow.ensure(height + 6);
  flow.y += 6;
  flow.canvas.fill({ x: MARGIN, y: flow.y, width: WIDTH, height }, TINT);
  flow.canvas.frame({ x: MARGIN, y: flow.y, width: WIDTH, height }, LINE_GREY);
  drawLines(flow.canvas, lines, { x: MARGIN + WIDTH / 2, y: flow.y + 5, align: "centre" });
  flow.y += height;
}
