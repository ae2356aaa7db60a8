import { builtInFace } from "./built-in-face.ts";
import type { Face, Weight } from "./face.ts";
import { fontFile } from "./font-files.ts";
import { harfbuzzFace } from "./harfbuzz-face.ts";
import type { Script } from "./script.ts";
import { subsetter } from "./subsetter.ts";

/** The faces to print with. Undefined where the script's font is not there; Latin always is. */
export type Faces = (weight: Weight, script: Script) => Face | undefined;

/** The files of fonts by their names; undefined for one that is missing. */
export type FontFiles = (name: string) => Uint8Array | undefined;

/**
 * Fonts are opened when they are first needed. Where one is missing the other weight stands in; without either, Latin is
 * printed in what every reader has, and another script as replacement marks.
 */
export async function loadFaces(files: FontFiles, subsetterWasm: Uint8Array): Promise<Faces> {
  const subset = await subsetter(subsetterWasm);
  const open = remembered((name: string) => {
    const file = files(name);
    return file && harfbuzzFace(name.slice(0, name.indexOf(".")), file, subset);
  });
  const builtIn = remembered((weight: Weight) => builtInFace(weight));
  return (weight, script) => {
    const other = weight === "bold" ? "regular" : "bold";
    const found = open(fontFile(weight, script)) ?? open(fontFile(other, script));
    return found ?? (script === "Latin" ? builtIn(weight) : undefined);
  };
}

function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined || made.has(key)) return known as Value;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
