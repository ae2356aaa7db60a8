import { describe, expect, it } from "vitest";
import type { Face } from "../../../../shared/document/print/face.ts";
import { fontFiles } from "../../../../shared/document/print/font-files.ts";
import { scriptRuns } from "../../../../shared/document/print/script-runs.ts";
import { deployedFaces } from "./deployed-faces.ts";

const faces = await deployedFaces();
const runs = (text: string) =>
  scriptRuns(text, (script) => faces("regular", script)).map(({ face, text: part }) => [nameOf(face), part]);
const nameOf = ({ name }: Face) => name.replace(/^NotoSans(.*)-Regular$/, "$1") || "Latin";

/** How many glyphs browsers and office programs make of it too: HarfBuzz's own count. */
const words = [
  ["Devanagari", "क्षत्रिय", "र्कि"],
  ["Bengali", "রাষ্ট্রীয়", "কৌশল"],
  ["Gurmukhi", "ਅੰਮ੍ਰਿਤਸਰ", "ਸ੍ਵੈ"],
  ["Gujarati", "રાષ્ટ્રીય", "ર્કિ"],
  ["Oriya", "କ୍ଷତ୍ରିୟ", "କୌଶଳ"],
  ["Tamil", "க்ஷத்திரியன்", "கோயம்புத்தூர்"],
  ["Telugu", "క్షత్రియ", "రాష్ట్రీయ"],
  ["Kannada", "ಕ್ಷತ್ರಿಯ", "ರ್ಕಿ"],
  ["Malayalam", "ക്ഷത്രിയൻ", "ക്രോ"],
] as const;

describe("a text in several scripts", () => {
  it("is cut where another font goes on, and nowhere else", () => {
    expect(runs("₹ 5 राम, Ram தமிழ் 7।")).toEqual([
      ["Latin", "₹ 5 "],
      ["Devanagari", "राम"],
      ["Latin", ", Ram "],
      ["Tamil", "தமிழ்"],
      ["Latin", " 7"],
      ["Devanagari", "।"],
    ]);
  });

  it("keeps the danda and the joiners with the script that they follow", () => {
    expect(runs("ক্‍ষ।x")).toEqual([
      ["Bengali", "ক্‍ষ।"],
      ["Latin", "x"],
    ]);
  });

  it("has Greek, Cyrillic and accents", () => {
    expect(runs("Ω Ж é ẞ")).toEqual([["Latin", "Ω Ж é ẞ"]]);
  });

  it("has a mark of replacement for each character that no font has", () => {
    expect(runs("a漢🙂ب\ue000b")).toEqual([["Latin", "a\ufffd\ufffd\ufffd\ufffdb"]]);
  });
});

describe.each(words)("%s", (script, ...examples) => {
  it.each(examples)("%s is set in full, and its glyphs read as it is written", (word) => {
    for (const weight of ["regular", "bold"] as const) {
      const glyphs = faces(weight, script)?.shape(word) ?? [];
      expect(glyphs.map(({ id }) => id)).not.toContain(0);
      expect(glyphs.length).toBeGreaterThan(0);
      const read = glyphs.map(({ text }) => text).join("");
      expect(read.replaceAll("\u2060", "")).toBe(word);
    }
  });
});

describe("shaping", () => {
  const glyphs = (script: "Devanagari" | "Bengali", text: string) => faces("regular", script)?.shape(text) ?? [];

  it("makes one sign of a conjunct", () => {
    expect(glyphs("Devanagari", "क्ष")).toHaveLength(1);
    expect(glyphs("Devanagari", "ज्ञ")).toHaveLength(1);
  });

  it("puts a short i before its consonant, and the reph behind all", () => {
    const [i, ka] = glyphs("Devanagari", "कि").map(({ id }) => id);
    expect(ka).toBe(glyphs("Devanagari", "क")[0]?.id);
    expect(i).not.toBe(ka);
    const reph = glyphs("Devanagari", "र्क").map(({ id }) => id);
    expect(reph[0]).toBe(ka);
    expect(reph).toHaveLength(2);
  });

  it("puts marks where they belong on their letter", () => {
    expect(glyphs("Bengali", "ট্রাক").some(({ dy }) => dy < 0)).toBe(true);
  });
});

describe("a font file that is missing", () => {
  it("is stood in for by the other weight", async () => {
    const without = await deployedFaces((name) => name === "NotoSansTamil-Bold.ttf" || name === "NotoSans-Regular.ttf");
    expect(without("bold", "Tamil")?.name).toBe("NotoSansTamil-Regular");
    expect(without("regular", "Latin")?.name).toBe("NotoSans-Bold");
  });

  it("leaves its script as marks of replacement", async () => {
    const without = await deployedFaces((name) => name.startsWith("NotoSansTamil"));
    expect(without("regular", "Tamil")).toBeUndefined();
    const [run] = scriptRuns("தமிழ்", (script) => without("regular", script));
    expect(run?.text).toBe("\ufffd".repeat(5));
  });

  it("leaves what every reader has, if there is none at all", async () => {
    const without = await deployedFaces(() => true);
    const parts = scriptRuns("₹ 5 é தமி Ram", (script) => without("bold", script));
    expect(parts.map(({ face, text }) => [face.name, text])).toEqual([["Helvetica-Bold", "Rs.  5 ? ??? Ram"]]);
  });

  it("is one of a known list", () => {
    expect(fontFiles).toHaveLength(20);
    expect(new Set(fontFiles).size).toBe(20);
  });
});
