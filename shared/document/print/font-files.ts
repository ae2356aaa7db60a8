import { type Weight, weights } from "./face.ts";
import { type Script, scripts } from "./script.ts";

/** The file of a face: `NotoSansTamil-Bold.ttf`. */
export function fontFile(weight: Weight, script: Script): string {
  return `NotoSans${script === "Latin" ? "" : script}-${weight === "bold" ? "Bold" : "Regular"}.ttf`;
}

/** Every file that `loadFaces` may ask for. */
export const fontFiles = weights.flatMap((weight) =>
  (["Latin", ...scripts] as const).map((script) => fontFile(weight, script)),
);
