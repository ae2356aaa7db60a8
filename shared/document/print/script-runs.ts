import type { Face } from "./face.ts";
import { type Script, scriptOf } from "./script.ts";

/** Text that one face has all of. */
export interface ScriptRun {
  readonly face: Face;
  readonly text: string;
}

/** U+FFFD, which says that something was here. */
const REPLACEMENT = "\ufffd";

/**
 * Cuts a text where another face has to go on. A character that no face has becomes the replacement mark, and what was
 * set right and left of it stays.
 */
export function scriptRuns(text: string, faceOf: (script: Script) => Face | undefined): ScriptRun[] {
  const latin = faceOf("Latin");
  if (!latin) throw new Error("there is no face to print with");
  const runs: { face: Face; text: string }[] = [];
  let script: Script = "Latin";
  for (const character of text) {
    script = scriptOf(character, script);
    const face = [faceOf(script), latin].find((each) => each?.has(character));
    const last = runs.at(-1);
    const [set, shown] = face ? [face, character] : [latin, substitute(latin, character)];
    if (last?.face === set) last.text += shown;
    else runs.push({ face: set, text: shown });
  }
  return runs;
}

function substitute(face: Face, character: string): string {
  if (character === "₹") return "Rs. ";
  return face.has(REPLACEMENT) ? REPLACEMENT : "?";
}
