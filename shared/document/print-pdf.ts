import { supplyTypes } from "../invoice/masters/supply-types.ts";
import { type Bitmap, canvas, PAGE } from "./print/canvas.ts";
import type { Faces } from "./print/faces.ts";
import { drawLines, type Flow, flow, GREY, INK, LINE_GREY, MARGIN, NAVY, RED, WIDTH } from "./print/flow.ts";
import { lineColumns } from "./print/line-columns.ts";
import { drawReferences, drawRemarks, drawSums, drawTaxSummary } from "./print/page-end.ts";
import { drawHead, drawStatement, titleOf } from "./print/page-head.ts";
import { type PdfFile, pdfFile, pdfText, type Ref } from "./print/pdf-file.ts";
import { printableText } from "./print/printable-text.ts";
import type { PrintedContent } from "./print/printed-content.ts";
import type { PrintedDocument } from "./print/printed-document.ts";
import { drawTable } from "./print/table.ts";
import { taxesOf } from "./print/tax.ts";
import { type Style, type Typesetter, typesetter } from "./print/typesetter.ts";
import { POINTS_PER_MODULE, qrBitmap } from "./print-qr.ts";

const SMALL: Style = { size: 6.8, weight: "regular", colour: GREY };
const MARKS = {
  CNL: "CANCELLED",
  REJ: "REJECTED",
} as const;

/**
 * A registered document as PDF, with what rules 46 and 53 of the CGST Rules ask for. It is of A4, on as many pages as it
 * takes, and the same bytes each time for the same document and status. No logo: none is kept.
 */
export function printPdf(printed: PrintedDocument, faces: Faces): Buffer {
  const { content, signedQrCode } = printed;
  const setter = typesetter(faces);
  const page = canvas();
  const run = flow(page, setter, (top) => drawRunningHead(page, setter, printed, top));
  const taxes = taxesOf(content);

  drawHead(run, printed, signedQrCode === undefined ? undefined : printedQr(signedQrCode));
  for (const statement of statementsOf(content)) drawStatement(run, statement);
  drawReferences(run, content);
  run.y += 10;
  drawTable(run, lineColumns(content, taxes), content.ItemList);
  drawSums(run, content, taxes);
  drawTaxSummary(run, content, taxes);
  drawRemarks(run, content.RefDtls?.InvRm ?? "");
  drawSignature(run, printed);
  page.onEachPage((number, pages) => {
    drawFoot(page, setter, printed, `Page ${number} of ${pages}`);
    drawMarks(page, setter, printed);
  });

  const file = pdfFile();
  const catalog = file.put(
    `<< /Type /Catalog /Pages ${page.put(file)} /Lang (en-IN) /ViewerPreferences << /DisplayDocTitle true >> >>`,
  );
  return file.bytes({ catalog, info: info(file, printed) });
}

/** The quiet zone is white paper. */
function printedQr(jwt: string): { code: Bitmap; side: number } {
  const code = qrBitmap(jwt);
  return { code, side: code.size * POINTS_PER_MODULE };
}

/** Of the day of the registration: the clock would make other bytes each time. */
function info(file: PdfFile, { content, irn, ackDt }: PrintedDocument): Ref {
  const [year, month, day, hour, minute, second] = ackDt.split(/\D/);
  const created = `(D:${year}${month}${day}${hour}${minute}${second}+05'30')`;
  const title = pdfText(printableText(`${titleOf(content)} ${content.DocDtls.No.toUpperCase()}`));
  const author = pdfText(printableText(content.SellerDtls.LglNm));
  return file.put(`<< /Title ${title} /Author ${author} /Subject ${pdfText(`IRN ${irn}`)} /CreationDate ${created} >>`);
}

/** What rule 46 has exports endorsed with, in its own words; and its clause p, where the recipient pays. */
function statementsOf({ TranDtls }: PrintedContent): string[] {
  const supply = supplyTypes.get(TranDtls.SupTyp.toUpperCase());
  const meant = "SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT OR SEZ DEVELOPER FOR AUTHORISED OPERATIONS";
  const paid = "ON PAYMENT OF INTEGRATED TAX";
  const unpaid = "UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX";
  return [
    ...(supply?.isExport || supply?.isSez ? [`${meant} ${supply.withoutPayment ? unpaid : paid}`] : []),
    ...(TranDtls.RegRev === "Y" ? ["TAX IS PAYABLE ON REVERSE CHARGE BY THE RECIPIENT"] : []),
  ];
}

function drawRunningHead(page: Flow["canvas"], setter: Typesetter, { content }: PrintedDocument, top: number): number {
  const { SellerDtls, DocDtls } = content;
  const title = `${titleOf(content)} ${DocDtls.No.toUpperCase()} of ${DocDtls.Dt}`;
  const right = setter.line(title, { size: 8.6, weight: "bold", colour: NAVY });
  const seller = setter.lines(SellerDtls.LglNm, { size: 8.6, weight: "bold", colour: INK }, WIDTH - right.width - 20);
  const end = drawLines(page, seller, { x: MARGIN, y: top });
  page.text(right, { x: MARGIN + WIDTH, y: top, align: "right" });
  return end + 8;
}

/** An electronic invoice needs no signature (rule 46, on clause q); the portal's own is in the QR code. */
function drawSignature(run: Flow, { content, status }: PrintedDocument): void {
  const text =
    status === "ACT"
      ? "Electronic invoice, signed digitally by the Invoice Registration Portal (see the QR code): no signature is required."
      : "This document is not active at the Invoice Registration Portal.";
  run.ensure(44);
  run.y += 12;
  const signer = run.setter.lines(
    `For ${content.SellerDtls.LglNm}`,
    { ...SMALL, size: 8, colour: INK, weight: "bold" },
    WIDTH,
  );
  for (const line of signer) {
    run.canvas.text(line, { x: MARGIN + WIDTH, y: run.y, align: "right" });
    run.y += 11;
  }
  run.canvas.text(run.setter.line(text, SMALL), { x: MARGIN + WIDTH, y: run.y, align: "right" });
  run.y += 10;
}

function drawFoot(page: Flow["canvas"], setter: Typesetter, { irn }: PrintedDocument, pages: string): void {
  const y = PAGE.height - 42;
  page.rule({ x: MARGIN, y, width: WIDTH }, LINE_GREY);
  page.text(setter.line(`IRN ${irn}`, SMALL), { x: MARGIN, y: y + 4 });
  page.text(setter.line(pages, SMALL), { x: MARGIN + WIDTH, y: y + 4, align: "right" });
}

function drawMarks(page: Flow["canvas"], setter: Typesetter, { status, mode }: PrintedDocument): void {
  const large: Style = { size: 96, weight: "bold", colour: RED };
  const isOver = status !== "ACT";
  if (isOver) page.across(setter.line(MARKS[status], large), 0);
  if (mode === "live") return;
  if (!isOver) page.across(setter.line("TEST", { ...large, size: 150 }), 0);
  page.across(
    setter.line(isOver ? "TEST – NOT A VALID INVOICE" : "NOT A VALID INVOICE", { ...large, size: 30 }),
    isOver ? 66 : 78,
  );
}
