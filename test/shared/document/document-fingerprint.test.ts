import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentFingerprint } from "../../../shared/document/document-fingerprint.ts";
import { Invoice } from "../../../shared/invoice/invoice.ts";
import { type Members, membersOf } from "../../../shared/invoice/survey.ts";
import { aFullInvoice } from "../../fakes/a-full-invoice.ts";
import { anInvoice, anItem } from "../../fakes/an-invoice.ts";
import { loadVectors } from "../../vectors/load-vectors.ts";

const MEMBERS = membersOf(Invoice);
type Json = Record<string, unknown>;

describe("documentFingerprint", () => {
  it("is the SHA-256 of the document's canonical JSON, as computed elsewhere", () => {
    // Python: sha256(json.dumps(invoice, sort_keys=True, separators=(",", ":"))); all its numbers are whole.
    expect(documentFingerprint(anInvoice())).toBe("82876402ec5f5d7954996b462b5b0b87f727c9074fbc48279bf661fe79f3f253");
  });

  it("does not change with order, nulls, unknown members, the number's case or the e-way bill", () => {
    const document = fc.constantFrom(anInvoice(), aFullInvoice());
    fc.assert(
      fc.property(
        document.chain((invoice) => fc.tuple(fc.constant(invoice), respelled(invoice, MEMBERS), aCasing, anEwb)),
        ([invoice, spelled, casing, EwbDtls]) => {
          const { DocDtls, EwbDtls: _, ...rest } = spelled;
          const { Typ, No, ...others } = DocDtls as Json;
          const recased = { ...others, No: casing(String(No)), Typ: casing(String(Typ)) };
          const same = { ...rest, DocDtls: recased, ...EwbDtls };
          return documentFingerprint(same) === documentFingerprint(invoice);
        },
      ),
    );
  });

  it("does not change with how a number is written", () => {
    const text = JSON.stringify(anInvoice());
    const written = text.replaceAll(":1000,", ":1.0000e3,").replaceAll(":18,", ":18.00,");
    expect(written).not.toBe(text);
    expect(documentFingerprint(JSON.parse(written))).toBe(documentFingerprint(anInvoice()));
  });

  it("is the same for the signed copy, which gains members", () => {
    const { ItemList, ...rest } = anInvoice();
    const numbered = ItemList.map((item, ItemNo) => ({ ItemNo, ...item }));
    const signed = { AckNo: 1, AckDt: "2026-08-18 14:30:00", Irn: "0".repeat(64), ...rest, ItemList: numbered };
    expect(documentFingerprint(signed)).toBe(documentFingerprint(anInvoice()));
  });

  it.each(leaves(aFullInvoice()))("changes when %s changes or goes", (path) => {
    const original = documentFingerprint(aFullInvoice());
    expect(
      documentFingerprint(edited(path, (value) => (typeof value === "number" ? value + 1 : `${value}x`))),
    ).not.toBe(original);
    if (path === "DocDtls.No" || path === "DocDtls.Typ") return; // Without them it is no document at all.
    expect(documentFingerprint(edited(path, () => undefined))).not.toBe(original);
  });

  it("changes when lines are added, left out or put in another order", () => {
    const [a, b] = [anItem(), anItem({ SlNo: "2" })];
    const prints = [[a], [b], [a, b], [b, a], [a, a]].map((ItemList) => documentFingerprint(anInvoice({ ItemList })));
    expect(new Set(prints).size).toBe(5);
  });

  it("tells texts apart that only look the same", () => {
    const names = ["é", "e\u0301", "É", " é"].map((LglNm) => documentFingerprint(anInvoice({ SellerDtls: { LglNm } })));
    expect(new Set(names).size).toBe(4);
  });

  it("differs between any two vectors of valid documents", () => {
    const prints = loadVectors("valid").map(({ request }) => documentFingerprint(request));
    expect(new Set(prints).size).toBe(prints.length);
  });

  it("refuses what has no number", () => {
    for (const none of [{}, null, "text", { DocDtls: { Typ: "INV" } }]) {
      expect(() => documentFingerprint(none)).toThrow();
    }
  });
});

const aCasing = fc.constantFrom(
  (text: string) => text.toUpperCase(),
  (text: string) => text.toLowerCase(),
  (text: string) => text,
);
const anEwb = fc.constantFrom({}, { EwbDtls: null }, { EwbDtls: { Distance: 10, TransMode: "1" } });

/** The same document with its members in any order, nulls for members it lacks, and members that nobody knows. */
function respelled(document: object, members: Members): fc.Arbitrary<Json> {
  const kept = Object.entries(document).map(([name, value]) => {
    const inner = members.get(name);
    return fc.tuple(fc.constant(name), inner ? respelledValue(value, inner) : fc.constant(value));
  });
  const lacking = [...members.keys()].filter((name) => !(name in document));
  const nulls = fc.subarray(lacking).map((names) => names.map((name): [string, unknown] => [name, null]));
  const own = fc
    .dictionary(fc.constantFrom("custom", "irn", "x-1", "DocNo"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })
    .map((extra) => Object.entries(extra));
  return fc
    .tuple(fc.tuple(...kept), nulls, own)
    .chain(([entries, absent, extra]) => shuffled([...entries, ...absent, ...extra]))
    .map((entries) => Object.fromEntries(entries));
}

function respelledValue(value: unknown, members: Members): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) return fc.tuple(...value.map((entry) => respelledValue(entry, members)));
  return typeof value === "object" && value !== null ? respelled(value, members) : fc.constant(value);
}

function shuffled<T>(entries: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length });
}

/** The path of each leaf that counts. */
function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (path[0] === "EwbDtls") return [];
  if (typeof value !== "object" || value === null) return [path.join(".")];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]));
}

function edited(path: string, edit: (value: unknown) => unknown): unknown {
  const document: unknown = structuredClone(aFullInvoice());
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const block = steps.reduce((inner, step) => (inner as Json)[step], document) as Json;
  block[last] = edit(block[last]);
  return document;
}
